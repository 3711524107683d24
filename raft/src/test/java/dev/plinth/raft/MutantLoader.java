package dev.plinth.raft;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes of this module once more, with one method replaced by a call of a planted bug.
 */
final class MutantLoader extends ClassLoader {
    private static final String PREFIX = "dev.plinth.raft.";

    private final PlantedBugs.@Nullable Bug bug;

    /**
     * Makes a loader.
     *
     * @param bug null for an unchanged copy
     */
    MutantLoader(PlantedBugs.@Nullable Bug bug) {
        super(MutantLoader.class.getClassLoader());
        this.bug = bug;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PREFIX)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            if (bug != null && bug.target.getName().equals(name)) {
                bytes = patched(bytes, bug);
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static byte[] patched(byte[] original, PlantedBugs.Bug bug) {
        ClassFile classFile = ClassFile.of();
        ClassModel model = classFile.parse(original);
        boolean[] found = {false};
        byte[] patched =
                classFile.transformClass(
                        model,
                        (builder, element) -> {
                            if (element instanceof MethodModel method
                                    && method.methodName().equalsString(bug.method)) {
                                found[0] = true;
                                builder.withMethodBody(
                                        method.methodName().stringValue(),
                                        method.methodTypeSymbol(),
                                        method.flags().flagsMask(),
                                        code -> callOfBug(code, model, method, bug));
                            } else {
                                builder.with(element);
                            }
                        });
        if (!found[0]) {
            throw new AssertionError("no method " + bug.method + " in " + bug.target);
        }
        return patched;
    }

    private static void callOfBug(
            CodeBuilder code, ClassModel model, MethodModel method, PlantedBugs.Bug bug) {
        MethodTypeDesc type = method.methodTypeSymbol();
        int slot = 0;
        MethodTypeDesc bugType = type;
        if (!method.flags().has(AccessFlag.STATIC)) {
            code.aload(slot++);
            bugType = type.insertParameterTypes(0, model.thisClass().asSymbol());
        }
        for (ClassDesc parameter : type.parameterList()) {
            TypeKind kind = TypeKind.from(parameter);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
        }
        code.invokestatic(ClassDesc.of(bug.holder().getName()), bug.replacement(), bugType);
        code.return_(TypeKind.from(type.returnType()));
    }
}
