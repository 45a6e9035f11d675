import java.io.File;
import java.io.IOException;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** Makes an executable jar, as spring-boot-maven-plugin does: the libraries are jars in it. */
public class Repackage {
  public static void main(String[] args) throws IOException {
    Repackager repackager = new Repackager(new File(args[0]));
    repackager.setMainClass(args[2]);
    repackager.repackage(
        new File(args[1]),
        callback -> {
          for (int i = 3; i < args.length; i++) {
            callback.library(new Library(new File(args[i]), LibraryScope.COMPILE));
          }
        });
  }
}
