package dev.plinth.server.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Loads the project's own classes once more, with a bug planted. */
final class MutantLoader extends ClassLoader {
    private static final String PREFIX = "dev.plinth.";

    /** Messages of the wire are the same in every copy. */
    private static final String SHARED_PREFIX = "dev.plinth.api.";

    private final @Nullable PlantedBug bug;

    /**
     * @param bug null for an unchanged copy
     */
    MutantLoader(@Nullable PlantedBug bug) {
        super(MutantLoader.class.getClassLoader());
        this.bug = bug;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX) || name.startsWith(SHARED_PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = original(name);
        if (bug != null) {
            for (PlantedBug.Change change : bug.changes()) {
                if (change.className().equals(name)) {
                    bytes = changed(bytes, change);
                }
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** Whether a change finds what it is to change; code that it names may have moved. */
    boolean takesEffect(PlantedBug.Change change) throws ClassNotFoundException {
        byte[] original = original(change.className());
        PlantedBug.Change none =
                new PlantedBug.Change(
                        change.className(), change.method(), CodeTransform.ACCEPT_ALL);
        return !Arrays.equals(changed(original, change), changed(original, none));
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] changed(byte[] original, PlantedBug.Change change) {
        ClassFile classFile =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(this)
                                        .orElse(ClassHierarchyResolver.defaultResolver())),
                        ClassFile.DeadCodeOption.PATCH_DEAD_CODE,
                        // It would name variables of code that is never reached any more.
                        ClassFile.DebugElementsOption.DROP_DEBUG);
        ClassModel model = classFile.parse(original);
        if (model.methods().stream()
                .noneMatch(method -> method.methodName().equalsString(change.method()))) {
            throw new AssertionError("no method " + change.method() + " in " + change.className());
        }
        return classFile.transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString(change.method()),
                        change.code()));
    }
}
