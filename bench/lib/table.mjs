// Numbers to Markdown.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, without an exponent. */
export function show(value) {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** A table with a row for each of `rows`, a column for each of `columns`, and `cell(row, column)` as text in it. */
export function markdown(corner, rows, columns, cell) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line([corner, ...columns]),
    `|---|${columns.map(() => "---:").join("|")}|`,
    ...rows.map((row) => line([row, ...columns.map((column) => cell(row, column))])),
  ].join("\n");
}

/**
 * Two tables of `times`, a list of `{ workload, peer, median, min }` in ms: the times as they are, and each peer's median
 * by the baseline's. A baseline that was not measured leaves the second out.
 */
export function timeTables(times, baseline, rounds, clock = "wall") {
  const peers = [...new Set(times.map(({ peer }) => peer))];
  const workloads = [...new Set(times.map(({ workload }) => workload))];
  const at = (workload, peer) => times.find((one) => one.workload === workload && one.peer === peer);
  const unit = clock === "cpu" ? "ms of processor time, median (min)" : "ms, median (min)";
  const absolute = markdown(unit, workloads, peers, (workload, peer) => {
    const time = at(workload, peer);
    return time ? `${show(time.median)} (${show(time.min)})` : "–";
  });
  const heading = `Interleaved rounds: ${rounds}.`;
  if (!peers.includes(baseline)) return `${heading}\n\n${absolute}`;
  const others = peers.filter((peer) => peer !== baseline);
  const ratios = markdown(`time by ${baseline}'s`, workloads, others, (workload, peer) => {
    const [time, own] = [at(workload, peer), at(workload, baseline)];
    return time && own ? `${show(time.median / own.median)} ×` : "–";
  });
  const meaning = `Ratios of medians: above 1 the peer takes longer than ${baseline}, below 1 it is faster.`;
  return others.length === 0
    ? `${heading}\n\n${absolute}`
    : `${heading}\n\n${absolute}\n\n${meaning}\n\n${ratios}`;
}
