// The port of src/arithmetic: same operations in the same order, so the same bits.

const INVERSE_LN2: f64 = 1.4426950408889634;
const ROUNDER: f64 = 6755399441055744.0;
const OVERFLOW: f64 = 709.782712893384;
const UNDERFLOW: f64 = -745.1332191019412;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

function powerOfTwo(exponent: f64): f64 {
  return reinterpret<f64>((<u64>(<i64>(<i32>exponent + 1023))) << 52);
}

function scaleByPowerOfTwo(value: f64, exponent: f64): f64 {
  if (exponent > 1023) return value * 2 * powerOfTwo(exponent - 1);
  if (exponent < -1021) return (value * powerOfTwo(exponent + 60)) / 1.152921504606847e18;
  return value * powerOfTwo(exponent);
}

function cubicTail(r: f64): f64 {
  const r2 = r * r;
  const r4 = r2 * r2;
  const first = 0.16666666666666685 + r * 0.04166666666666673 + r2 * (0.008333333333316739 + r * 0.0013888888888858538);
  const second = 0.00019841269897059757 + r * 2.4801587373565092e-5 + r2 * (2.7557234236104483e-6 + r * 2.755723350017665e-7);
  return first + r4 * (second + r4 * (2.5112240049738265e-8 + r * 2.092690240020502e-9));
}

/** e^x of a finite number. */
export function exp(x: f64): f64 {
  if (x > OVERFLOW) return Infinity;
  if (x < UNDERFLOW) return 0;
  const power = x * INVERSE_LN2 + ROUNDER - ROUNDER;
  const rough = x - power * LN2_HIGH;
  const correction = power * LN2_LOW;
  const r = rough - correction;
  const tail = rough - r - correction + r * r * (0.5 + r * cubicTail(r));
  const sum = 1 + r;
  const lost = 1 - sum + r + tail;
  return scaleByPowerOfTwo(sum + lost, power);
}

/** Nearest whole number, ties to even, of |x| < 2^51: V8's saturating conversion is slow. */
export function roundToInteger(x: f64): i64 {
  return reinterpret<i64>(x + ROUNDER) - 0x4338000000000000;
}
