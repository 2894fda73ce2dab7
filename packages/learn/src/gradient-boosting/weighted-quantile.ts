/**
 * The value below which a share of the weight lies. Without weights it lies between two values where the share does
 * (numpy's default, Hyndman and Fan's seventh); with weights it is the first value at which the share is reached.
 *
 * @param values  sorted in place where there are no weights
 */
export function weightedQuantile(values: Float64Array<ArrayBufferLike>, weights: Float64Array | null, share: number): number {
  if (weights !== null) return reached(values, weights, share);
  values.sort();
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const value = values[below];
  const next = values[Math.min(below + 1, values.length - 1)];
  return value + (place - below) * (next - value);
}

function reached(values: Float64Array<ArrayBufferLike>, weights: Float64Array, share: number): number {
  const order = Uint32Array.from(values, (_, place) => place).sort((one, other) => values[one] - values[other] || one - other);
  let whole = 0;
  for (const place of order) whole += weights[place];
  let sum = 0;
  for (const place of order) {
    sum += weights[place];
    if (sum >= share * whole) return values[place];
  }
  return values[order[order.length - 1]];
}
