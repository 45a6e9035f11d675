/** Reads the settings of {@link io.github.smtpspnego.SpnegoOption} for both roles. */
@NullMarked
package io.github.smtpspnego.settings;

import org.jspecify.annotations.NullMarked;
