package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import java.io.IOException;

/**
 * Identifies the key of encrypted data.
 *
 * @param encryptionType the number of RFC 3961's registry
 * @param kvno the key's version; 0 if it is unknown
 */
record KeyLabel(int encryptionType, int kvno) {
  /** Reads the first fields of {@code EncryptedData}, RFC 4120 section 5.2.9. */
  static KeyLabel read(Der encrypted) throws IOException {
    int type = encrypted.enter(Der.context(0)).readInt(Der.INTEGER);
    return new KeyLabel(
        type,
        encrypted.nextIs(Der.context(1))
            ? encrypted.enter(Der.context(1)).readInt(Der.INTEGER)
            : 0);
  }

  @Override
  public String toString() {
    return EncryptionType.name(encryptionType) + (kvno == 0 ? "" : ", kvno " + kvno);
  }
}
