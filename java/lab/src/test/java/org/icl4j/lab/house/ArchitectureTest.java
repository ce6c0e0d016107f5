package org.icl4j.lab.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The dependency directions of the house, and what only some rooms may do. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.icl4j");

    private static void check(ArchRule rule) {
        rule.check(HOUSE);
    }

    @Test
    void everyModuleIsSeen() {
        for (String part : new String[] {"bindings.openblas", "kernels.vector", "transformer.block", "lab.cli"}) {
            assertTrue(HOUSE.containPackage("org.icl4j." + part), part);
        }
    }

    @Test
    void dependenciesPointOneWay() {
        check(noClasses()
                .that()
                .resideInAPackage("org.icl4j.kernels..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.icl4j.transformer..", "org.icl4j.lab..", "tools.jackson.."));
        check(noClasses()
                .that()
                .resideInAPackage("org.icl4j.transformer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.icl4j.lab..", "org.icl4j.bindings.."));
        check(noClasses()
                .that()
                .resideInAnyPackage("org.icl4j.lab..", "org.icl4j.transformer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.icl4j.kernels.provider..",
                        "org.icl4j.kernels.scalar..",
                        "org.icl4j.kernels.vector..",
                        "org.icl4j.kernels.openblas..",
                        "org.icl4j.bindings..",
                        "jdk.incubator..",
                        "java.lang.foreign.."));
        check(slices().matching("org.icl4j.(lab.*)..").should().beFreeOfCycles());
        check(slices().matching("org.icl4j.(transformer.*)..").should().beFreeOfCycles());
    }

    @Test
    void kernelsNeedTheJdkAlone() {
        check(classes()
                .that()
                .resideInAPackage("org.icl4j.kernels..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "org.icl4j.kernels..",
                        "org.icl4j.bindings..",
                        "java..",
                        "com.sun.management..",
                        "jdk.incubator.vector.."));
    }

    @Test
    void incubatorAndBindingsAreTouchedInOneRoomEach() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.icl4j.kernels.vector..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackages("org.icl4j.kernels.openblas..", "org.icl4j.bindings..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.icl4j.bindings.."));
    }

    @Test
    void onlyTheCommandLineTalksAndExits() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("org.icl4j.lab.cli..", "org.icl4j.bindings..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class));
    }

    /** A decimal comma in a file is a bug that only some users see. */
    @Test
    void numbersAreFormattedForOneLocale() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.icl4j.bindings..")
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .because("the default locale differs between machines; give " + Locale.class.getName() + ".ROOT"));
    }

    /** A file written in place is torn by a kill. */
    @Test
    void filesAreReplacedAsAWhole() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.icl4j.transformer.files..")
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                                com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                                        com.tngtech.archunit.core.domain.JavaClass.Predicates.type(Files.class)))
                        .and(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                                com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                        "write|writeString|newBufferedWriter|newOutputStream"))))
                .because("AtomicFile.replace leaves the old file or the new one, never a part"));
    }

    @Test
    void noDeadEnds() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.icl4j.bindings..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sun.misc.Unsafe"));
        check(noClasses()
                .should()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper"));
    }
}
