package io.github.smtpspnego;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One arrow between the packages, as ARCHITECTURE.md draws it. */
class ArchitectureTest {
  private static final String ROOT = "io.github.smtpspnego";
  private static final JavaClasses LIBRARY =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** From the lowest to the highest. */
  private static final List<String> PACKAGES =
      List.of("kerberos", "gss", "settings", "credentials", "sasl", "smtp", "mail");

  @Test
  void packagesUseOnlyThoseBelowThem() {
    LayeredArchitecture house =
        layeredArchitecture().consideringOnlyDependenciesInLayers().layer("root").definedBy(ROOT);
    for (String name : PACKAGES) {
      house = house.layer(name).definedBy(ROOT + "." + name);
    }
    house = house.whereLayer("root").mayNotAccessAnyLayer();
    List<String> below = new ArrayList<>(List.of("root"));
    for (String name : PACKAGES) {
      house = house.whereLayer(name).mayOnlyAccessLayers(below.toArray(String[]::new));
      below.add(name);
    }
    house.check(LIBRARY);
  }

  @Test
  void theMailPackageLeavesTokensAndTicketsToThePackagesBelow() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".mail")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".credentials", ROOT + ".gss", ROOT + ".kerberos", "org.ietf.jgss")
        .check(LIBRARY);
  }

  @Test
  void onlyTheMailPackageSeesJakartaMail() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".mail")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.mail..", "org.eclipse.angus..")
        .check(LIBRARY);
  }

  @Test
  void onlyTheGssPackageMakesContexts() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".gss")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.ietf.jgss.GSSContext")
        .check(LIBRARY);
  }
}
