/** The values that are not missing, in their order. (`filter` would hold every number as an object of its own meanwhile.) */
export function presentValues(values: Float64Array): Float64Array {
  const present = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}
