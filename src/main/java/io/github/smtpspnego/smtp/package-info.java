/** RFC 4954: the AUTH command of SMTP, both sides. Lines in, lines out; knows no mail library. */
@NullMarked
package io.github.smtpspnego.smtp;

import org.jspecify.annotations.NullMarked;
