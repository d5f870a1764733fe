
"use strict";
(() => {
  const form = document.querySelector(".filters");
  const checks = [...document.querySelectorAll(".check")];
  const pairs = new Map(checks.map((check) => [check, JSON.parse(check.dataset.nodes)]));
  const groups = [...document.querySelectorAll(".group")];
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const search = document.getElementById("search");
  const picks = ["severity", "area", "node"].map((id) => document.getElementById(id));
  const [severity, area, node] = picks;
  const opener = document.getElementById("open");
  form.hidden = false;
  document.documentElement.dataset.ready = "yes";

  const wanted = () => new Set([...form.querySelectorAll("[name=status]:checked")].map((box) => box.value));

  function matches(check, statuses, words) {
    if (severity.value && check.dataset.severity !== severity.value) return false;
    if (area.value && check.dataset.area !== area.value) return false;
    if (!words.every((word) => check.dataset.search.includes(word))) return false;
    return pairs.get(check).some(([where, status]) => statuses.has(status) && (!node.value || where === node.value));
  }

  function apply() {
    const statuses = wanted();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const check of checks) {
      const visible = matches(check, statuses, words);
      check.hidden = !visible;
      if (!visible) continue;
      count += 1;
      for (const row of check.querySelectorAll(".row[data-node]")) {
        row.hidden = !statuses.has(row.dataset.status) || (node.value !== "" && row.dataset.node !== node.value);
      }
    }
    for (const group of groups) {
      const left = group.querySelectorAll(".check:not([hidden])").length;
      group.hidden = left === 0;
      group.querySelector(".count").textContent = left;
    }
    nothing.hidden = count > 0;
    shown.textContent = `${count} of ${checks.length} rules`;
  }

  function show(id) {
    const check = id && document.getElementById(id);
    if (!check || check.tagName !== "DETAILS") return;
    if (check.hidden) { form.reset(); for (const box of form.querySelectorAll("[name=status]")) box.checked = true; apply(); }
    check.open = true;
    check.scrollIntoView({ block: "start" });
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  opener.addEventListener("click", () => {
    const visible = checks.filter((check) => !check.hidden);
    const open = visible.some((check) => !check.open);
    for (const check of visible) check.open = open;
    opener.textContent = open ? "Close all" : "Open all";
  });
  for (const cell of document.querySelectorAll(".cell")) {
    cell.addEventListener("click", () => {
      node.value = cell.dataset.node;
      area.value = cell.dataset.area;
      const statuses = cell.classList;
      for (const box of form.querySelectorAll("[name=status]")) if (statuses.contains(box.value)) box.checked = true;
      apply();
      document.getElementById("findings").scrollIntoView({ block: "start" });
      search.focus({ preventScroll: true });
    });
  }
  window.addEventListener("hashchange", () => show(location.hash.slice(1)));
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === search) { search.value = ""; apply(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); search.focus(); }
  });
  let closed = [];
  window.addEventListener("beforeprint", () => {
    const told = [...checks, ...document.querySelectorAll(".role")];
    closed = told.filter((each) => !each.open && /\b(fail|unknown|manual|role)\b/.test(each.className));
    for (const check of closed) check.open = true;
  });
  window.addEventListener("afterprint", () => { for (const check of closed) check.open = false; });
  apply();
  show(location.hash.slice(1));
})();
