package io.github.smtpspnego.doctor;

import java.io.IOException;

/** One step of the examination. */
interface Step {
  /**
   * Runs the step. It reads the results of earlier steps from the examination, and stores there
   * what later ones need. Every wait for the network is limited.
   *
   * @param examination what is known so far
   * @param findings takes what is found
   * @throws IOException if what was thrown is all that there is to say
   */
  void look(Examination examination, Findings findings) throws IOException;
}
