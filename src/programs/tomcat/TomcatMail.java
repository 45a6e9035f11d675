import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * Two web applications in one Tomcat. Each is asked for its mails by four threads; then both are
 * undeployed, one after the other, and their class loaders must be collected.
 */
public class TomcatMail {
  private static final int THREADS = 4;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  public static void main(String[] args) {
    try {
      run(args);
      System.exit(0);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(String[] args) throws Exception {
    Path directory = Path.of(args[0]).toAbsolutePath();
    int mails = Integer.parseInt(args[1]);
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    tomcat.setPort(0);
    tomcat.setAddDefaultWebXmlToWebapp(false);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    tomcat.addWebapp("/alice", directory.resolve("alice").toString());
    tomcat.addWebapp("/bob", directory.resolve("bob").toString());
    tomcat.start();
    String server = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
    ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      running.add(threads.submit(() -> ask(server + "/alice/send", mails / THREADS)));
      running.add(threads.submit(() -> ask(server + "/bob/send", mails / THREADS)));
    }
    for (Future<?> thread : running) {
      thread.get();
    }
    threads.shutdown();

    awaitCollected(undeploy(tomcat, "/alice"));
    ask(server + "/bob/send", 1);
    awaitCollected(undeploy(tomcat, "/bob"));
    tomcat.stop();
    System.out.println("both collected");
  }

  private static Void ask(String address, int times) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    for (int i = 0; i < times; i++) {
      var response = CLIENT.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 204) {
        throw new IllegalStateException(address + ": " + response.body());
      }
    }
    return null;
  }

  private static WeakReference<ClassLoader> undeploy(Tomcat tomcat, String path) {
    Context context = (Context) tomcat.getHost().findChild(path);
    WeakReference<ClassLoader> loader = new WeakReference<>(context.getLoader().getClassLoader());
    tomcat.getHost().removeChild(context);
    return loader;
  }

  private static void awaitCollected(WeakReference<ClassLoader> loader) throws Exception {
    for (int i = 0; loader.get() != null; i++) {
      if (i == 100) {
        throw new IllegalStateException("still there: " + loader.get());
      }
      System.gc();
      Thread.sleep(50);
    }
  }
}
