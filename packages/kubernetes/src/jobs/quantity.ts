/** An amount as Kubernetes writes it, so many times: `1.5Gi` twice is `3Gi`. */
export function timesQuantity(quantity: string, factor: number): string {
  if (factor === 1) return quantity;
  const match = /^([0-9.]+)(.*)$/.exec(quantity);
  const amount = Number(match?.[1] ?? 0) * factor;
  return `${Number(amount.toFixed(3))}${match?.[2] ?? ""}`;
}
