package io.github.smtpspnego.doctor;

/**
 * A step and its names.
 *
 * @param id its name for machines: one word in lower case
 * @param title its name for people: a noun phrase
 * @param step the step
 */
record NamedStep(String id, String title, Step step) {}
