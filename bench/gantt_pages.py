"""The pages of bench.gantt. Each sets ``window.paintedAt`` after the second frame behind its first drawing."""

PAINTED = (
    "requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedAt = performance.now(); }));"
)

OURS = f"""<!doctype html><html lang="zh-hans" data-bs-theme="light"><head><meta charset="utf-8">STYLES
<style>body {{ margin: 0 }} #g {{ height: 860px }}</style><script type="module" src="SCRIPT"></script></head>
<body><lantu-gantt id="g" data-src="/rows.json" data-unfolded data-zoom="week"></lantu-gantt>
<script>new MutationObserver((_r, o) => {{ if (g.dataset.ready) {{ o.disconnect(); window.scroller = document.querySelector(".lt-g-view"); {PAINTED} }} }})
  .observe(g, {{ attributes: true }});</script></body></html>"""

THEIRS = f"""<!doctype html><html lang="zh"><head><meta charset="utf-8"><link rel="stylesheet" href="/peer/dhtmlxgantt.css">
<style>body {{ margin: 0 }} #g {{ height: 860px }}</style><script src="/peer/dhtmlxgantt.js"></script></head>
<body><div id="g"></div><script>
fetch("/theirs.json").then((r) => r.json()).then((rows) => {{
  for (const task of rows.data) if (task.start_ms) task.start_date = new Date(task.start_ms);
  gantt.config.smart_rendering = true; gantt.config.work_time = false; gantt.config.row_height = 30; gantt.config.readonly = true;
  gantt.config.scales = [{{ unit: "month", format: "%Y-%m" }}, {{ unit: "week", format: "%m-%d" }}];
  gantt.init("g"); gantt.parse(rows);
  window.scroller = document.querySelector(".gantt_ver_scroll"); {PAINTED} }});</script></body></html>"""

PLAIN = f"""<!doctype html><html lang="zh"><head><meta charset="utf-8">
<style>body {{ margin: 0; font: 13px sans-serif }} #g {{ height: 860px; overflow: auto }} td {{ height: 30px; white-space: nowrap; padding: 0 8px }}
.line {{ position: relative; width: 9000px }} .bar {{ position: absolute; top: 9px; height: 12px; background: #1257b0 }} .base {{ position: absolute; top: 23px; height: 3px; background: #999 }}</style></head>
<body><div id="g"></div><script>
fetch("/rows.json").then((r) => r.json()).then((doc) => {{
  const from = Math.min(...doc.tasks.map((t) => t[10])), x = (ms) => ((ms - from) / 864e5) * 12;
  const day = (ms) => ms === null ? "" : new Date(ms).toISOString().slice(0, 10);
  g.innerHTML = "<table><tbody>" + doc.tasks.map((t) => `<tr><td>${{t[1]}}</td><td>${{t[2]}}</td><td>${{day(t[5])}}</td><td>${{day(t[6])}}</td><td>${{t[7]}}%</td><td class="line">` +
    (t[5] === null ? "" : `<i class="bar" style="left:${{x(t[5])}}px;width:${{Math.max(x(t[6]) - x(t[5]), 2)}}px"></i>`) + `<i class="base" style="left:${{x(t[10])}}px;width:${{Math.max(x(t[11]) - x(t[10]), 2)}}px"></i></td></tr>`).join("") + "</tbody></table>";
  window.scroller = g; {PAINTED} }});</script></body></html>"""
