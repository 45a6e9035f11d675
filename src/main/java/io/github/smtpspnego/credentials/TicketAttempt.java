package io.github.smtpspnego.credentials;

/** One exchange that uses a service ticket: it ends in proof, or its ticket is in doubt. */
public interface TicketAttempt {
  /** The attempt with credentials whose tickets are not ours to drop. */
  TicketAttempt UNTRACKED =
      new TicketAttempt() {
        @Override
        public void proved() {}

        @Override
        public void failed() {}

        @Override
        public void unused() {}
      };

  /** The server proved that it could read the ticket. */
  void proved();

  /** The exchange ended without that proof. */
  void failed();

  /** The ticket was never sent: it is as good as before. */
  void unused();
}
