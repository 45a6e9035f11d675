/** The registration with Jakarta Mail; the only package that sees it. */
@NullMarked
package io.github.smtpspnego.mail;

import org.jspecify.annotations.NullMarked;
