package io.github.smtpspnego.gss;

import java.util.Locale;

/** The state of a negotiation in a {@code NegTokenResp}, RFC 4178 section 4.2.2. */
enum NegState {
  /** No further token is needed. */
  ACCEPT_COMPLETED(0),

  /** At least one more token is needed. */
  ACCEPT_INCOMPLETE(1),

  /** The acceptor ends the negotiation. */
  REJECT(2),

  /** At least one more token is needed, and both sides must send a mechListMIC. */
  REQUEST_MIC(3),

  /** A value that the specification does not define. Not sent. */
  UNKNOWN(-1),

  /** The token has no such field. Not sent. */
  ABSENT(-1);

  /** The value in a token. */
  final int value;

  NegState(int value) {
    this.value = value;
  }

  static NegState of(int value) {
    for (NegState state : values()) {
      if (state.value == value) {
        return state;
      }
    }
    return UNKNOWN;
  }

  /** The name in RFC 4178. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
