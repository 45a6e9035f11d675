package io.github.smtpspnego.doctor;

import java.io.IOException;

/** One thing to look at. */
interface Step {
  /**
   * Looks at it. What an earlier step found is asked of the examination, and what a later one needs
   * is told to it. Every wait for the network is bounded.
   *
   * @param examination what is known so far
   * @param findings takes what is found
   * @throws IOException if what was thrown is all that there is to say
   */
  void look(Examination examination, Findings findings) throws IOException;
}
