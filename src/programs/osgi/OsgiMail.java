import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Starts a framework with bundles, in the order in which they are named. */
public class OsgiMail {
  public static void main(String[] args) throws Exception {
    Framework framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(
                Map.of(
                    "org.osgi.framework.storage",
                    args[0],
                    "org.osgi.framework.storage.clean",
                    "onFirstInit"));
    framework.start();
    try {
      List<Bundle> bundles = new ArrayList<>();
      for (int i = 1; i < args.length; i++) {
        String location = Path.of(args[i]).toUri().toString();
        bundles.add(framework.getBundleContext().installBundle(location));
      }
      for (Bundle bundle : bundles) {
        bundle.start();
        System.out.println("started " + bundle);
      }
    } finally {
      framework.stop();
      framework.waitForStop(10_000);
    }
    System.exit(0);
  }
}
