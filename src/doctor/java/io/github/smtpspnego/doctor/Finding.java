package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.regex.Pattern;

/**
 * One result of a step.
 *
 * @param status how it bears on sending mail
 * @param text what it is, on one line; parts of it may come from a server
 * @param remedy what to do; empty where nothing is to be done
 * @param anchor the section of {@code TROUBLESHOOTING.md}; empty where there is none to read
 */
record Finding(Status status, String text, String remedy, String anchor) {
  /** Characters that could break a line, hide text, or control a terminal. */
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  /** Limits what a server sent. */
  private static final int LONGEST = 2000;

  /** Makes the texts safe to be shown. */
  Finding {
    text = shown(text.strip());
    remedy = shown(remedy.strip());
  }

  private static String shown(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return CONTROLS.matcher(cut).replaceAll("?");
  }

  static Finding ok(String text) {
    return new Finding(Status.OK, text, "", "");
  }

  static Finding skip(String text) {
    return new Finding(Status.SKIP, text, "", "");
  }

  static Finding warn(Reason reason, String text, String remedy) {
    return new Finding(Status.WARN, text, remedy, reason.anchor());
  }

  static Finding fail(Reason reason, String text, String remedy) {
    return new Finding(Status.FAIL, text, remedy, reason.anchor());
  }

  static Finding fail(Reason reason, String text) {
    return fail(reason, text, reason.remedy());
  }

  /** A failure of the library, whose message consists of text, remedy and anchor. */
  static Finding fail(SpnegoException e) {
    String message = String.valueOf(e.getMessage());
    int remedy = message.lastIndexOf(e.remedy());
    return remedy <= 0
        ? fail(e.reason(), message, "")
        : fail(e.reason(), message.substring(0, remedy).strip(), e.remedy());
  }
}
