/**
 * The diagnosis command. It checks step by step everything that sending mail with Kerberos depends
 * on, and says what is wrong and what to do. It is packaged in a jar of its own, and is the only
 * package that prints.
 */
@NullMarked
package io.github.smtpspnego.doctor;

import org.jspecify.annotations.NullMarked;
