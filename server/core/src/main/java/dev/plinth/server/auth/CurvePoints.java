package dev.plinth.server.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;

/**
 * The public half of a private key on a prime curve: the generator times the secret, in affine
 * coordinates by doubling and adding. Used once at start on the operator's own key, so it need not
 * take constant time.
 */
final class CurvePoints {
    private final BigInteger prime;
    private final BigInteger a;

    private CurvePoints(BigInteger prime, BigInteger a) {
        this.prime = prime;
        this.a = a;
    }

    static PublicKey publicKey(ECPrivateKey key) throws GeneralSecurityException {
        ECParameterSpec parameters = key.getParams();
        if (!(parameters.getCurve().getField() instanceof ECFieldFp field)) {
            throw new InvalidKeySpecException("not a curve over a prime field");
        }
        ECPoint point =
                new CurvePoints(field.getP(), parameters.getCurve().getA())
                        .times(parameters.getGenerator(), key.getS());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
    }

    private ECPoint times(ECPoint generator, BigInteger factor) {
        ECPoint sum = ECPoint.POINT_INFINITY;
        for (int bit = factor.bitLength() - 1; bit >= 0; bit--) {
            sum = add(sum, sum);
            if (factor.testBit(bit)) {
                sum = add(sum, generator);
            }
        }
        return sum;
    }

    private ECPoint add(ECPoint p, ECPoint q) {
        if (p.equals(ECPoint.POINT_INFINITY)) {
            return q;
        }
        if (q.equals(ECPoint.POINT_INFINITY)) {
            return p;
        }
        BigInteger slope;
        if (p.equals(q)) {
            BigInteger three = BigInteger.valueOf(3);
            slope =
                    p.getAffineX()
                            .pow(2)
                            .multiply(three)
                            .add(a)
                            .multiply(p.getAffineY().shiftLeft(1).modInverse(prime));
        } else if (p.getAffineX().equals(q.getAffineX())) {
            return ECPoint.POINT_INFINITY;
        } else {
            slope =
                    q.getAffineY()
                            .subtract(p.getAffineY())
                            .multiply(q.getAffineX().subtract(p.getAffineX()).modInverse(prime));
        }
        BigInteger x = slope.pow(2).subtract(p.getAffineX()).subtract(q.getAffineX()).mod(prime);
        BigInteger y =
                slope.multiply(p.getAffineX().subtract(x)).subtract(p.getAffineY()).mod(prime);
        return new ECPoint(x, y);
    }
}
