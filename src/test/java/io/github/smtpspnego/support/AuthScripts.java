package io.github.smtpspnego.support;

import io.github.smtpspnego.support.ScriptedSmtpServer.Dialogue;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.MessageProp;

/** What an AUTH command can be answered with: rightly, wrongly, and not at all. */
public final class AuthScripts {
  /** NegTokenResp of RFC 4178 section 4.2.2 with negState request-mic and nothing else. */
  private static final byte[] REQUEST_MIC = negState(3);

  private AuthScripts() {}

  /** Accepts SPNEGO tokens as the server that the Subject holds the keys of. */
  public static Acceptor accepting(Subject server) {
    return new Acceptor(server);
  }

  /** Answers the AUTH command with this, whatever it was. */
  public static Script answering(String reply) {
    return smtp -> smtp.reply(reply);
  }

  /** Lets the client send its first token, then answers with this. */
  public static Script answeringToken(String reply) {
    return smtp -> {
      smtp.firstToken("");
      smtp.reply(reply);
    };
  }

  /** Lets the client send its first token, answers it with this token, and goes on so. */
  public static Script challengingToken(byte[] token, Script then) {
    return smtp -> {
      smtp.firstToken("");
      smtp.exchange(token);
      then.run(smtp);
    };
  }

  /** A reply that proves nothing, and which the JDK alone takes for the end; then success. */
  public static Script requestMicThenSuccess() {
    return challengingToken(REQUEST_MIC, answering("235 2.7.0 Authentication successful"));
  }

  /** Answers each line with this, for ever. */
  public static Script endless(String reply) {
    return smtp -> {
      while (true) {
        smtp.reply(reply);
        smtp.read();
      }
    };
  }

  /** A NegTokenResp with this negState and nothing else. */
  public static byte[] negState(int value) {
    return new byte[] {(byte) 0xa1, 0x07, 0x30, 0x05, (byte) 0xa0, 0x03, 0x0a, 0x01, (byte) value};
  }

  /** A real acceptor: MS-SSEAN section 3.2 as far as a test needs it. */
  public static final class Acceptor implements Script {
    private final Subject server;
    private final List<String> initiators = new CopyOnWriteArrayList<>();
    private final List<String> authorizationIds = new CopyOnWriteArrayList<>();
    private String prompt = "";
    private byte[] offer = {1, 0, 0, 0};
    private Script ending = smtp -> smtp.reply("235 2.7.0 Authentication successful");

    private Acceptor(Subject server) {
      this.server = server;
    }

    /** What follows the 334 where AUTH came without a token; Exchange: "GSSAPI supported". */
    public Acceptor prompt(String text) {
      prompt = text;
      return this;
    }

    /** The layer offer, unwrapped: by default {@code 01 000000}, as Cyrus SASL sends it. */
    public Acceptor offer(byte... octets) {
      offer = octets.clone();
      return this;
    }

    /** Success right after the context, as in the example of MS-SSEAN section 4.1. */
    public Acceptor withoutOffer() {
      offer = new byte[0];
      return this;
    }

    /** What comes in place of the 235. */
    public Acceptor ending(Script script) {
      ending = script;
      return this;
    }

    /** Who authenticated, in order. */
    public List<String> initiators() {
      return List.copyOf(initiators);
    }

    /** The authorization identities that came with the layer choices; empty texts for none. */
    public List<String> authorizationIds() {
      return List.copyOf(authorizationIds);
    }

    @Override
    public void run(Dialogue smtp) throws Exception {
      byte[] token = smtp.firstToken(prompt);
      GSSContext context =
          asServer(() -> GSSManager.getInstance().createContext((GSSCredential) null));
      try {
        while (!context.isEstablished()) {
          byte[] received = token;
          byte[] reply = asServer(() -> context.acceptSecContext(received, 0, received.length));
          if (reply != null) {
            token = smtp.exchange(reply);
          }
        }
      } catch (GSSException e) {
        smtp.reply("535 5.7.8 Error: authentication failed");
        return;
      }
      initiators.add(context.getSrcName().toString());
      if (offer.length > 0) {
        byte[] choice = smtp.exchange(context.wrap(offer, 0, offer.length, new MessageProp(false)));
        byte[] plain = context.unwrap(choice, 0, choice.length, new MessageProp(false));
        authorizationIds.add(
            new String(Arrays.copyOfRange(plain, 4, plain.length), StandardCharsets.UTF_8));
      }
      ending.run(smtp);
    }

    private <T> T asServer(PrivilegedExceptionAction<T> action) throws Exception {
      try {
        return Subject.doAs(server, action);
      } catch (PrivilegedActionException e) {
        throw e.getException();
      }
    }
  }
}
