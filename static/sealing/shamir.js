// Shamir's secret sharing over GF(2^8) with the polynomial x^8+x^4+x^3+x+1, byte by byte.
// No tables and no branches on secret values: the number of steps is the same for every secret.

function multiply(a, b) {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= -(b & 1) & a;
    a = ((a << 1) ^ (-(a >> 7) & 0x11b)) & 0xff;
    b >>= 1;
  }
  return product;
}

function invert(a) {
  let result = 1;
  for (let i = 0; i < 254; i += 1) result = multiply(result, a); // a^254 = a^-1
  return result;
}

// The share at x: f(x) = Σ coefficients[j]·x^j, by Horner's rule from the highest coefficient down.
export function shareAt(coefficients, x) {
  const share = new Uint8Array(coefficients[0].length);
  for (const coefficient of coefficients.toReversed()) {
    for (let i = 0; i < share.length; i += 1) share[i] = multiply(share[i], x) ^ coefficient[i];
  }
  return share;
}

// The secret f(0) from exactly k points [x, share]. A wrong share gives a wrong secret without a sign of it.
export function combine(points) {
  const secret = new Uint8Array(points[0][1].length);
  for (const [x, share] of points) {
    const others = points.map(([other]) => other).filter((other) => other !== x);
    const weight = others.reduce((product, other) => multiply(product, multiply(other, invert(other ^ x))), 1);
    for (let i = 0; i < secret.length; i += 1) secret[i] ^= multiply(share[i], weight);
  }
  return secret;
}
