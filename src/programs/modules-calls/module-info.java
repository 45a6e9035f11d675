/** A program that sets the transport itself. */
module shop {
  requires io.github.smtpspnego;
  requires jakarta.mail;
}
