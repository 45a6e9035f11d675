/** The client's role of MS-SSEAN: a {@code SaslClient} and its factory. */
@NullMarked
package io.github.smtpspnego.client;

import org.jspecify.annotations.NullMarked;
