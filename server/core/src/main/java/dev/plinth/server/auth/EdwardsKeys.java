package dev.plinth.server.auth;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;

/**
 * The public half of an Ed25519 private key. A private key is 32 random bytes, so a generator whose
 * randomness is those bytes makes the same pair again; the JDK has no shorter way.
 */
final class EdwardsKeys {
    private EdwardsKeys() {}

    static PublicKey publicKey(PrivateKey key) throws GeneralSecurityException {
        if (!(key instanceof EdECPrivateKey edwards)) {
            throw new InvalidKeySpecException("not an Ed25519 key: " + key.getAlgorithm());
        }
        byte[] secret =
                edwards.getBytes()
                        .orElseThrow(() -> new InvalidKeySpecException("key without content"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new GivenBytes(secret));
        return generator.generateKeyPair().getPublic();
    }

    private static final class GivenBytes extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        GivenBytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, Math.min(bytes.length, target.length));
        }
    }
}
