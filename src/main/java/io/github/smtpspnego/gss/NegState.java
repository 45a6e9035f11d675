package io.github.smtpspnego.gss;

import java.util.Arrays;
import java.util.Locale;

/** {@code negState}, RFC 4178 section 4.2.2. */
public enum NegState {
  /** No further negotiation token is needed. */
  ACCEPT_COMPLETED(0),
  /** At least one more token is needed. */
  ACCEPT_INCOMPLETE(1),
  /** The acceptor ends the negotiation. */
  REJECT(2),
  /** The acceptor wants a mechListMIC. */
  REQUEST_MIC(3),
  /** A value that RFC 4178 does not know; nothing safe can be inferred from it. */
  UNKNOWN(-1);

  private final int value;

  NegState(int value) {
    this.value = value;
  }

  /** The value on the wire. */
  int value() {
    return value;
  }

  /** The state with this value on the wire. */
  static NegState of(int value) {
    return Arrays.stream(values()).filter(s -> s.value == value).findFirst().orElse(UNKNOWN);
  }

  /** The name as RFC 4178 spells it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
