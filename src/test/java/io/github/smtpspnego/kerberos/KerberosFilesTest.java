package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.security.auth.login.LoginException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KerberosFilesTest {
  @TempDir Path directory;

  @Test
  void krb5ConfIsRead() throws IOException {
    Map<String, Krb5Section> sections =
        Krb5Section.parse(
            List.of(
                "# comment",
                "[libdefaults]",
                " default_realm = CORP.CONTOSO.COM",
                "[realms]",
                " CORP.CONTOSO.COM = {",
                "   kdc = dc1.contoso.com:88",
                "   kdc = dc2.contoso.com",
                "   admin_server = dc1.contoso.com",
                " }",
                " OTHER = {",
                "   kdc = dc.other",
                " }"));
    Krb5Conf conf = new Krb5Conf("here", sections, null, List.of(), false);
    assertEquals(Optional.of("CORP.CONTOSO.COM"), conf.defaultRealm());
    assertEquals(List.of("dc1.contoso.com:88", "dc2.contoso.com"), conf.kdcs("CORP.CONTOSO.COM"));
    assertEquals(List.of("dc.other"), conf.kdcs("OTHER"));
    assertEquals(List.of(), conf.kdcs("NONE"));
  }

  /** How configurations are written, and how they are broken. Each file is a directory's own. */
  private static final Map<String, Map<String, String>> LAYOUTS = new TreeMap<>();

  private static final String REALM =
      """
      [libdefaults]
        default_realm = EXAMPLE.TEST
        udp_preference_limit = 1
      [realms]
        EXAMPLE.TEST = {
          kdc = dc1.example.test:88
          kdc = dc2.example.test
        }
      """;

  static {
    LAYOUTS.put("alone", Map.of("krb5.conf", REALM));
    LAYOUTS.put("missing", Map.of());
    LAYOUTS.put("empty", Map.of("krb5.conf", ""));
    // As Red Hat's systems have it; what it includes comes first, and so counts.
    LAYOUTS.put(
        "included directory",
        Map.of(
            "krb5.conf",
            """
            # To opt out of the system crypto-policies configuration of krb5, remove the symlink.
            includedir @/krb5.conf.d/

            [logging]
                default = FILE:/var/log/krb5libs.log
            [libdefaults]
                dns_lookup_realm = false
            #    default_realm = EXAMPLE.COM
                default_realm = OTHER.TEST
            [realms]
            # EXAMPLE.COM = {
            # }
            """,
            "krb5.conf.d/kcm_default_ccache",
            "[libdefaults]\n default_ccache_name = KCM:\n",
            "krb5.conf.d/lab.conf",
            REALM));
    LAYOUTS.put(
        "names that do not count",
        Map.of(
            "krb5.conf", "includedir @/d\n[libdefaults]\n default_realm = LAST.TEST\n",
            "d/.hidden.conf", REALM,
            "d/lab.conf.rpmsave", REALM,
            "d/a b", REALM,
            "d/directory/lab.conf", REALM));
    LAYOUTS.put(
        "include in include",
        Map.of("krb5.conf", "include @/a\n", "a", "; no\ninclude   @/b\n", "b", REALM));
    LAYOUTS.put(
        "included twice",
        Map.of("krb5.conf", "include @/a\ninclude @/a\n[libdefaults]\n", "a", REALM));
    LAYOUTS.put("includes itself", Map.of("krb5.conf", "include @/krb5.conf\n" + REALM));
    LAYOUTS.put("relative", Map.of("krb5.conf", "include a\n" + REALM, "a", REALM));
    LAYOUTS.put("included file missing", Map.of("krb5.conf", "include @/none\n" + REALM));
    LAYOUTS.put("included directory missing", Map.of("krb5.conf", "includedir @/none\n" + REALM));
    LAYOUTS.put(
        "include after a section", Map.of("krb5.conf", REALM + "include @/a\n", "a", REALM));
    LAYOUTS.put("other directives", Map.of("krb5.conf", "module a:b\nincludedirs x\n" + REALM));
    LAYOUTS.put(
        "braces on lines of their own",
        Map.of("krb5.conf", REALM.replace("= {", "=\n{").replace("[realms]", "[ Realms ]")));
    LAYOUTS.put("value beside the brace", Map.of("krb5.conf", REALM.replace("= {", "=\n{ x = y")));
    LAYOUTS.put("all on one line", Map.of("krb5.conf", "[realms]\nEXAMPLE.TEST = { kdc = a }\n"));
    LAYOUTS.put("not closed", Map.of("krb5.conf", REALM.replace("}", "")));
    LAYOUTS.put("closed twice", Map.of("krb5.conf", REALM.replace("}", "}\n}")));
    LAYOUTS.put("no equals sign", Map.of("krb5.conf", REALM + "what\n"));
    LAYOUTS.put("bad title", Map.of("krb5.conf", REALM + "[what\n"));
    LAYOUTS.put("no title", Map.of("krb5.conf", REALM + "[ ]\n"));
    LAYOUTS.put(
        "subsections",
        Map.of("krb5.conf", REALM.replace("kdc = dc2", "v4 = {\n kdc = no\n }\n kdc = dc2")));
    LAYOUTS.put(
        "twice",
        Map.of("krb5.conf", REALM + REALM.replace("EXAMPLE", "SECOND") + REALM.replace("dc", "x")));
    LAYOUTS.put(
        "value and section of one name",
        Map.of("krb5.conf", REALM + "[libdefaults]\n default_realm = {\n x = y\n }\n"));
    LAYOUTS.put(
        "quotes and commas",
        Map.of(
            "krb5.conf",
            """
            [libdefaults]
              default_realm = "EXAMPLE.TEST"
              udp_preference_limit = ' 1'
            [realms]
              EXAMPLE.TEST = {
                kdc = dc1,dc2 , dc3	dc4
                kdc = dc5
              }
            """));
    LAYOUTS.put("no text", Map.of("krb5.conf", REALM + "# \u00fc is no UTF-8 here\n"));
  }

  @Test
  void whatIsToldOfKrb5ConfIsWhatTheJdkReads() throws Exception {
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> layout : LAYOUTS.entrySet()) {
      files.add(write(layout.getKey(), layout.getValue()).toString());
    }
    List<String> ofJdk = probe(files);
    assertEquals(files.size(), ofJdk.size(), ofJdk::toString);
    List<String> names = List.copyOf(LAYOUTS.keySet());
    assertAll(
        IntStream.range(0, files.size())
            .mapToObj(i -> () -> assertEquals(ofJdk.get(i), told(files.get(i)), names.get(i))));
    assertTrue(ofJdk.stream().filter("refused"::equals).count() >= 10, ofJdk::toString);
  }

  @Test
  void theFilesAreNamedAndSoIsWhatIsWrongWithThem() throws Exception {
    Path file = write("named", LAYOUTS.get("included directory"));
    String directory = file.getParent().toString();
    assertEquals(
        "Kerberos configuration: @/krb5.conf, @/krb5.conf.d/kcm_default_ccache,"
            + " @/krb5.conf.d/lab.conf, default realm EXAMPLE.TEST, KDCs"
            + " {EXAMPLE.TEST=[dc1.example.test:88, dc2.example.test]}",
        read(file).describe().replace(directory, "@"));
    assertEquals(
        file + " (not usable: an opening brace without a closing one)",
        read(write("broken", LAYOUTS.get("not closed"))).location().replace("broken", "named"));
    assertEquals(
        directory + "/none (does not exist)", read(file.resolveSibling("none")).location());
    assertTrue(read(file.getParent()).isRefused(), "a directory");
    assertFalse(read(Path.of("/dev/null")).isRefused(), "no file, and the JDK reads it");
  }

  @Test
  void aFailureNamesTheConfigurationThatTheJdkRefuses() throws Exception {
    Path file = write("refused", LAYOUTS.get("not closed"));
    String before = System.setProperty("java.security.krb5.conf", file.toString());
    try {
      SpnegoException e =
          KerberosFailure.explain(
              "Logging in as alice", new LoginException("KrbException: Unmatched close brace"));
      assertEquals(Reason.NO_REALM, e.reason());
      String message = e.getMessage();
      assertTrue(message.contains(file + " (not usable: an opening brace"), message);
      assertTrue(message.contains("Correct the Kerberos configuration"), message);
    } finally {
      System.setProperty("java.security.krb5.conf", before);
    }
  }

  @Test
  void systemPropertiesStandBeforeTheFile() throws Exception {
    Path file = write("properties", LAYOUTS.get("alone"));
    try {
      System.setProperty("java.security.krb5.realm", "PROPERTY.TEST");
      assertTrue(read(file).location().contains("one is set without the other"));
      System.setProperty("java.security.krb5.kdc", "dc8:dc9");
      Krb5Conf conf = read(file);
      assertEquals(Optional.of("PROPERTY.TEST"), conf.defaultRealm());
      assertEquals(List.of("dc8", "dc9"), conf.kdcs("PROPERTY.TEST"));
      assertEquals(List.of("dc1.example.test:88", "dc2.example.test"), conf.kdcs("EXAMPLE.TEST"));
      assertTrue(conf.describe().contains(file.toString()), conf::describe);
    } finally {
      System.clearProperty("java.security.krb5.realm");
      System.clearProperty("java.security.krb5.kdc");
    }
  }

  private Path write(String layout, Map<String, String> files) throws IOException {
    Path root = Files.createDirectories(directory.resolve(layout.replace(' ', '-')));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(
          path, file.getValue().replace("@", root.toString()), StandardCharsets.ISO_8859_1);
    }
    return root.resolve("krb5.conf");
  }

  private static Krb5Conf read(Path file) {
    String before = System.getProperty("java.security.krb5.conf");
    System.setProperty("java.security.krb5.conf", file.toString());
    try {
      return Krb5Conf.read();
    } finally {
      System.setProperty("java.security.krb5.conf", before);
    }
  }

  /** In the words of the probe. */
  private static String told(String file) {
    Krb5Conf conf = read(Path.of(file));
    if (conf.isRefused()) {
      return "refused";
    }
    List<String> kdcs = conf.kdcs("EXAMPLE.TEST");
    return conf.defaultRealm().orElse(null)
        + " | "
        + (kdcs.isEmpty() ? null : String.join(" ", kdcs))
        + " | "
        + conf.value("libdefaults", "udp_preference_limit").orElse(null);
  }

  /** What the JDK's own class says, which only another JVM shows. */
  private static List<String> probe(List<String> files) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports",
                "java.security.jgss/sun.security.krb5=ALL-UNNAMED",
                Path.of("src", "test", "probes", "Krb5Probe.java").toString()));
    command.addAll(files);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (InputStream output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void aKeytabIsListedWithoutItsKeys() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0502);
    entry(out, "alice", 3, 18);
    out.writeInt(-7); // a hole
    out.write(new byte[7]);
    entry(out, "bob", 300, 17);
    Path keytab = Files.write(directory.resolve("keytab"), file.toByteArray());

    assertEquals(
        List.of(
            new KeytabFile.Entry("alice@EXAMPLE.TEST", 3, 18),
            new KeytabFile.Entry("bob@EXAMPLE.TEST", 300, 17)),
        KeytabFile.read(keytab));
  }

  @Test
  void aFileThatIsNoKeytabIsAnIoExceptionWhereverItEnds() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0502);
    entry(out, "alice", 3, 18);
    byte[] whole = file.toByteArray();
    for (int length = 7; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      Path keytab = Files.write(directory.resolve("cut"), cut);
      assertThrows(IOException.class, () -> KeytabFile.read(keytab), "cut at " + length);
    }
    Path text = Files.writeString(directory.resolve("text"), "no keytab");
    assertThrows(IOException.class, () -> KeytabFile.read(text));
  }

  @Test
  void aTicketCacheIsAFileOrNamedAsWhatTheJdkCannotRead() throws SpnegoException {
    assertEquals(Path.of("/tmp/cc"), TicketCacheFile.named("FILE:/tmp/cc", "here"));
    assertEquals(Path.of("/tmp/cc"), TicketCacheFile.named("/tmp/cc", "here"));
    for (String other : List.of("KCM:1000", "KEYRING:persistent:1000", "DIR:/tmp/d")) {
      SpnegoException e =
          assertThrows(SpnegoException.class, () -> TicketCacheFile.named(other, "KRB5CCNAME"));
      assertEquals(Reason.TICKET_CACHE_TYPE, e.reason());
      assertTrue(e.getMessage().contains(other), e::getMessage);
    }
  }

  @Test
  void aNameIsAPathOrNamesItsType() {
    assertEquals("", TypedName.type("/etc/mail.keytab"));
    assertEquals("", TypedName.type("file:/etc/mail.keytab"));
    assertEquals("", TypedName.type("C:\\mail.keytab"));
    assertEquals("", TypedName.type("./a:b"));
    assertEquals("MEMORY", TypedName.type("memory:x"));
    assertEquals(Path.of("/etc/mail.keytab"), TypedName.path("FILE:/etc/mail.keytab"));
    assertEquals(Path.of("/etc/mail.keytab"), TypedName.path("/etc/mail.keytab"));
    assertThrows(InvalidPathException.class, () -> TypedName.path("FILE:a\0b"));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void theOwnerOfATicketCacheIsReadWhereverTheFileEnds(int version) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0500 + version);
    if (version == 4) {
      out.writeShort(12); // a header with the offset to the KDC's clock
      out.write(new byte[12]);
    }
    out.writeInt(1);
    out.writeInt(2);
    for (String text : List.of("EXAMPLE.TEST", "smtp", "mail.example.test")) {
      out.writeInt(text.length());
      out.writeBytes(text);
    }
    int owner = out.size();
    out.write(new byte[100]);
    byte[] whole = file.toByteArray();
    for (int length = 0; length <= whole.length; length++) {
      Path cache = Files.write(directory.resolve("cache"), Arrays.copyOf(whole, length));
      assertEquals(
          length < owner ? Optional.empty() : Optional.of("smtp/mail.example.test@EXAMPLE.TEST"),
          TicketCacheFile.defaultPrincipal(cache),
          "of " + length);
    }
  }

  @Test
  void aFileThatIsNoTicketCacheHasNoOwner() throws IOException {
    byte[][] files = {
      "no ticket cache".getBytes(StandardCharsets.US_ASCII),
      {5, 1, 0, 0},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'R'},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1, -1, 'R'},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 1, 127, 0, 0, 0, 'R'},
    };
    for (byte[] octets : files) {
      Path file = Files.write(directory.resolve("other"), octets);
      assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(file));
    }
    assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(directory));
    assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(directory.resolve("none")));
  }

  private static void entry(DataOutputStream file, String name, int kvno, int encryptionType)
      throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(octets);
    out.writeShort(1);
    out.writeUTF("EXAMPLE.TEST");
    out.writeUTF(name);
    out.writeInt(1);
    out.writeInt(0);
    out.writeByte(kvno);
    out.writeShort(encryptionType);
    out.writeShort(32);
    out.write(new byte[32]);
    out.writeInt(kvno);
    file.writeInt(octets.size());
    octets.writeTo(file);
  }
}
