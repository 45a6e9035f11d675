/**
 * The transport for Jakarta Mail and its registration there; the only package that sees Jakarta and
 * Angus Mail.
 */
@NullMarked
package io.github.smtpspnego.mail;

import org.jspecify.annotations.NullMarked;
