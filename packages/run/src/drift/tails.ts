/** Survival function of the Kolmogorov distribution; each of its two series where it converges at once. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1.18) {
    const base = Math.exp(-(Math.PI ** 2) / (8 * x ** 2));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (base + base ** 9 + base ** 25 + base ** 49);
  }
  const base = Math.exp(-2 * x ** 2);
  return 2 * (base - base ** 4 + base ** 9 - base ** 16);
}

/** Chance that a chi-square variable with so many degrees of freedom is at least `statistic`. */
export function chiSquareTail(statistic: number, freedom: number): number {
  if (!(statistic > 0)) return 1;
  return upperGamma(freedom / 2, statistic / 2);
}

const MOST_TERMS = 10_000;
const PRECISION = 1e-14;

/** Regularised upper incomplete gamma function: series below the mean, continued fraction (Lentz) above it. */
function upperGamma(shape: number, x: number): number {
  const scale = Math.exp(-x + shape * Math.log(x) - logGamma(shape));
  if (x < shape + 1) {
    let [term, sum] = [1 / shape, 1 / shape];
    for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
      term *= x / (shape + n);
      sum += term;
    }
    return Math.max(0, 1 - scale * sum);
  }
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const factor = -n * (n - shape);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return Math.min(1, scale * fraction);
}

/** log Γ(x) for x > 0, Lanczos' approximation (g = 7, nine terms), right to 1e-14. */
function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = terms.reduce((total, term, position) => (position === 0 ? term : total + term / (shifted + position)), 0);
  return Math.log(2 * Math.PI) / 2 + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}
