package io.github.smtpspnego.doctor;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.Strictness;
import com.google.gson.reflect.TypeToken;
import java.util.Map;

/** Reads a JSON object (RFC 8259); refuses whatever is not JSON, and a name that comes twice. */
final class JsonText {
  private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private JsonText() {}

  static Map<String, Object> parse(String text) {
    return GSON.fromJson(text, new TypeToken<Map<String, Object>>() {});
  }
}
