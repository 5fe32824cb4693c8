// The lips as they are drawn: a pose for each of the fifteen shapes, mixed by their weights.

// half: half the width; up, down: how far the lips part; corner: height of the corners; teeth, tongue: how much of them
// is seen; tip: how high the tongue is.
const POSES = {
  sil: { half: 21, up: 0, down: 6, corner: -3, teeth: 0, tongue: 0, tip: 0 },
  PP: { half: 18, up: -2, down: -1, corner: 0, teeth: 0, tongue: 0, tip: 0 },
  FF: { half: 18, up: 5, down: 1, corner: 0, teeth: 1, tongue: 0, tip: 0 },
  TH: { half: 20, up: 4, down: 11, corner: -1, teeth: 0.8, tongue: 1, tip: 1 },
  DD: { half: 19, up: 4, down: 9, corner: -1, teeth: 0.9, tongue: 0.7, tip: 0.8 },
  kk: { half: 18, up: 5, down: 12, corner: -1, teeth: 0.6, tongue: 0.4, tip: 0.2 },
  CH: { half: 13, up: 7, down: 9, corner: 0, teeth: 1, tongue: 0, tip: 0 },
  SS: { half: 22, up: 4, down: 6, corner: -2, teeth: 1, tongue: 0, tip: 0 },
  nn: { half: 19, up: 4, down: 8, corner: -1, teeth: 0.7, tongue: 0.8, tip: 0.9 },
  RR: { half: 13, up: 5, down: 10, corner: 0, teeth: 0.4, tongue: 0.4, tip: 0.4 },
  aa: { half: 19, up: 8, down: 32, corner: -1, teeth: 0.5, tongue: 1, tip: 0 },
  E: { half: 24, up: 6, down: 18, corner: -3, teeth: 0.7, tongue: 0.8, tip: 0.2 },
  ih: { half: 25, up: 5, down: 11, corner: -4, teeth: 1, tongue: 0.5, tip: 0.3 },
  oh: { half: 14, up: 9, down: 24, corner: 2, teeth: 0.2, tongue: 0.6, tip: 0 },
  ou: { half: 8, up: 7, down: 11, corner: 2, teeth: 0, tongue: 0, tip: 0 },
};
const NAMES = Object.keys(POSES), PARTS = Object.keys(POSES.sil);

/** The pose of a mouth with these weights, in the order of the shapes; what they leave of 1 is the mouth at rest. */
export function pose(weights) {
  const sum = weights.reduce((all, weight) => all + weight, 0), most = Math.max(1, sum);
  /** @type {any} */ const mixed = {};
  for (const part of PARTS) {
    mixed[part] = POSES.sil[part] * (1 - sum / most);
    NAMES.forEach((name, index) => { mixed[part] += (POSES[name][part] * (weights[index] ?? 0)) / most; });
  }
  return mixed;
}

/** The pose of a mouth of which only the loudness is known; the width lags behind the opening, which reads as speech. */
export function loud(open, wide) {
  return { half: 21 - 5 * open + 6 * wide, up: 8 * open, down: 6 + 26 * open, corner: -3 + 2 * open, teeth: 0.4 * open, tongue: Math.min(1, open * 2.2), tip: 0 };
}

/** The outline of the lips as an SVG path; `smile` lifts the corners. */
export function outline({ half, up, down, corner }, smile) {
  const [edge, across, upper, lower] = [corner - 5 * smile, half + 2 * smile, 4 - 2 * up, 4 + 2 * down].map((value) => Number(value.toFixed(1)));
  return `M${-across} ${edge} Q0 ${upper} ${across} ${edge} Q0 ${lower} ${-across} ${edge} Z`;
}
