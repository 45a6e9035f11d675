/** A program that knows nothing of this library. */
module shop {
  requires jakarta.mail;
}
