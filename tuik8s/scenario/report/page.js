// Moving over the timeline or a chart shows that moment in all of them, with the values it had.
const data = JSON.parse(document.getElementById("data").textContent);
const readout = document.getElementById("readout");
const cursors = document.querySelectorAll(".cursor");
const idle = readout.textContent;

function clock(ms) {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  return Math.floor(s / 3600) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
}

function valueAt(points, at) {
  let low = 0, high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= at) low = middle + 1; else high = middle;
  }
  return low ? points[low - 1][1] : 0;
}

function show(event) {
  const box = event.currentTarget.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * data.full;
  const share = (x - data.left) / data.width;
  if (share < 0 || share > 1) return hide();
  const at = share * data.spent;
  for (const cursor of cursors) {
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.style.visibility = "visible";
  }
  const told = data.series.map(([name, points]) => name + " " + Math.round(valueAt(points, at) * 10) / 10);
  const faults = data.faults.filter(([, from, to]) => from <= at && at <= to).map(([text]) => text);
  readout.textContent = [clock(at), ...told, ...faults.map((text) => "⚡ " + text)].join("   ");
}

function hide() {
  for (const cursor of cursors) cursor.style.visibility = "hidden";
  readout.textContent = idle;
}

for (const svg of document.querySelectorAll("svg")) {
  svg.addEventListener("mousemove", show);
  svg.addEventListener("mouseleave", hide);
}
