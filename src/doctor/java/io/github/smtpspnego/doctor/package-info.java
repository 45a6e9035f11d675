/**
 * The diagnosis command: looks at everything that sending mail with Kerberos depends on, step by
 * step, and says what is wrong and what to do. A program, and so the one package that prints; it is
 * packaged in a jar of its own.
 */
@NullMarked
package io.github.smtpspnego.doctor;

import org.jspecify.annotations.NullMarked;
