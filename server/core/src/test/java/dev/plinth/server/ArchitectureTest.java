package dev.plinth.server;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom (style: walio and raft know nobody, arrows point downwards only). */
class ArchitectureTest {
    private static JavaClasses all;

    @BeforeAll
    static void importClasses() {
        all =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages(
                                "dev.plinth.walio",
                                "dev.plinth.raft",
                                "dev.plinth.pagestore",
                                "dev.plinth.mvcc",
                                "dev.plinth.server");
    }

    @Test
    void raftKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("dev.plinth.raft..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.plinth.raft..", "java..", "org.jspecify..")
                .check(all);
    }

    @Test
    void walioKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("dev.plinth.walio..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.plinth.walio..", "java..", "org.jspecify..")
                .check(all);
    }

    @Test
    void pageStoreKnowsOfWalioItsDoorToTheKernelAlone() {
        classes()
                .that()
                .resideInAPackage("dev.plinth.pagestore..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.plinth.pagestore..", "dev.plinth.walio.io", "java..", "org.jspecify..")
                .check(all);
    }

    @Test
    void mvccKnowsThePageStoreAndNothingAboveIt() {
        classes()
                .that()
                .resideInAPackage("dev.plinth.mvcc..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.plinth.mvcc..",
                        "dev.plinth.pagestore..",
                        "dev.plinth.walio.io",
                        "java..",
                        "org.jspecify..")
                .check(all);
    }

    @Test
    void nativeCallsAreWaliosAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.plinth.walio.io")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(all);
    }

    @Test
    void loopsKnowNeitherTheWireNorTheFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.plinth.server.consensus",
                        "dev.plinth.server.core",
                        "dev.plinth.server.cluster",
                        "dev.plinth.server.maintenance")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "io.grpc..",
                        "java.nio.file..",
                        "dev.plinth.server.rpc",
                        "dev.plinth.server.boot")
                .check(all);
    }

    @Test
    void nothingBelowBootAsksTheSystemForTimeOrThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.plinth.server.consensus",
                        "dev.plinth.server.apply",
                        "dev.plinth.server.cluster",
                        "dev.plinth.server.maintenance",
                        "dev.plinth.raft..",
                        "dev.plinth.mvcc..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(all);
    }

    @Test
    void packagesOfTheServerHaveNoCycles() {
        slices().matching("dev.plinth.server.(*)..")
                .should()
                .beFreeOfCycles()
                // The one main class knows every command.
                .ignoreDependency(resideInAPackage("dev.plinth.server.boot"), alwaysTrue())
                .check(all);
    }

    @Test
    void enginesHaveNoCycles() {
        slices().matching("dev.plinth.(walio|raft|pagestore|mvcc).(*)..")
                .should()
                .beFreeOfCycles()
                .check(all);
    }
}
