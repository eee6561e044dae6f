"use strict";
// Switches, filters and moves over what is on the page. Texts only ever become text.
(() => {
  const $ = (id) => document.getElementById(id);
  const matrix = $("matrix"), panel = $("panel"), theme = $("theme");
  const fields = ["search", "adversary", "platform", "tactic", "level"].map($);
  const [search, adversary, platform, tactic, level] = fields;
  const columns = [...matrix.querySelectorAll(".t")];
  const cells = [...matrix.querySelectorAll("a.c")];
  let known, opener = null, here = cells[0];

  // The facts are only read when something needs them.
  const data = () => {
    if (!known) {
      known = JSON.parse($("data").textContent);
      known.at = new Map(known.techniques.map((technique, at) => [technique.id, at]));
    }
    return known;
  };

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const percent = (thousandths) => {
    if (thousandths > 0 && thousandths < 10) return "<1 %";
    if (thousandths > 990 && thousandths < 1000) return ">99 %";
    return Math.round(thousandths / 10) + " %";
  };

  const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

  // Light and dark; nothing is remembered.
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });

  // Layers: what the colours and numbers show.
  const paint = () => {
    const facts = data(), at = Number($("layer").value), words = facts.layers[at];
    for (const cell of cells) {
      const id = cell.dataset.t, technique = facts.techniques[facts.at.get(id)];
      const [steps, numbers] = technique ? technique.cells : facts.parents[id];
      cell.className = cell.className.replace(/\bs\d\b/, "s" + steps[at]);
      const sign = words.diverges && numbers[at] > 0 ? "+" : "";
      cell.querySelector("b").textContent = sign + numbers[at];
    }
    for (const shown of [matrix, $("legend")]) shown.classList.toggle("change", words.diverges);
    $("legend").querySelectorAll("li:not(.fixed)").forEach((item, step) => {
      item.lastElementChild.textContent = words.steps[step];
    });
    $("number").textContent = words.number;
    tell();
  };

  // Filters.
  const wanted = () => {
    const facts = data(), text = search.value.trim().toLowerCase();
    const users = adversary.value && new Set(facts.adversaries[adversary.value][1]);
    const hasLevel = (technique) => {
      if (level.value === "gap") return Boolean(technique.rank);
      if (level.value === "first") return Boolean(technique.rank) && technique.rank <= 10;
      return level.value === "" || technique.level === Number(level.value);
    };
    return facts.techniques.map((technique, at) =>
      (!text || technique.id.toLowerCase().startsWith(text) ||
        technique.name.toLowerCase().includes(text)) &&
      (!users || users.has(at)) &&
      (platform.value === "" || technique.pl.includes(Number(platform.value))) &&
      hasLevel(technique));
  };

  const isFiltered = () => fields.some((field) => field.value.trim() !== "");

  const filter = () => {
    const facts = data(), fits = wanted();
    const isWanted = (cell) => fits[facts.at.get(cell.dataset.t)] || !isFiltered();
    columns.forEach((column, at) => {
      column.hidden = tactic.value !== "" && Number(tactic.value) !== at;
      for (const item of column.querySelectorAll(":scope > ul > li")) {
        const [own, ...subs] = item.querySelectorAll("a.c");
        if (!own) continue;
        subs.forEach((sub) => sub.classList.toggle("off", !isWanted(sub)));
        const inside = subs.some(isWanted);
        own.classList.toggle("off", !isWanted(own) && !inside);
        // What fits is seen; what was unfolded for that is folded again.
        const fold = item.querySelector("details");
        if (!fold) continue;
        const must = search.value.trim() !== "" && inside && !isWanted(own);
        if (must && !fold.open) fold.dataset.opened = "yes";
        if (must) fold.open = true;
        else if (fold.dataset.opened) { fold.open = false; delete fold.dataset.opened; }
      }
    });
    tell(fits);
    rove();
  };

  const tell = (fits = wanted()) => {
    const facts = data(), layer = $("layer").selectedOptions[0].textContent;
    if (!isFiltered()) {
      $("status").textContent = `${layer}: ${facts.layers[Number($("layer").value)].number}`;
      return;
    }
    const inSight = new Set();
    columns.filter((column) => !column.hidden).forEach((column) =>
      column.querySelectorAll("a.c").forEach((cell) => inSight.add(cell.dataset.t)));
    const tally = { all: [0, 0], fit: [0, 0] };
    facts.techniques.forEach((technique, at) => {
      const kind = technique.id.includes(".") ? 1 : 0;
      tally.all[kind] += 1;
      if (fits[at] && inSight.has(technique.id)) tally.fit[kind] += 1;
    });
    $("status").textContent = `${tally.fit[0]} of ${count(tally.all[0], "technique")} and ` +
      `${tally.fit[1]} of ${count(tally.all[1], "sub-technique")} match`;
  };

  // Keys: one stop for Tab, arrows from cell to cell.
  const isReachable = (cell) => {
    const fold = cell.closest("details");
    return !cell.classList.contains("off") && (!fold || fold.open) && !cell.closest(".t").hidden;
  };
  const rove = (to) => {
    const next = to || (isReachable(here) ? here : cells.find(isReachable)) || here;
    here.tabIndex = -1;
    here = next;
    here.tabIndex = 0;
    if (to) to.focus();
  };
  const reachable = (column) => [...column.querySelectorAll("a.c")].filter(isReachable);
  const beside = (cell, step) => {
    const top = cell.getBoundingClientRect().top;
    let at = columns.indexOf(cell.closest(".t")) + step;
    while (columns[at] && reachable(columns[at]).length === 0) at += step;
    if (!columns[at]) return undefined;
    const distance = (other) => Math.abs(other.getBoundingClientRect().top - top);
    return reachable(columns[at]).reduce((a, b) => (distance(b) < distance(a) ? b : a));
  };
  const target = (key, cell) => {
    const own = reachable(cell.closest(".t")), at = own.indexOf(cell);
    switch (key) {
      case "ArrowDown": return own[at + 1];
      case "ArrowUp": return own[at - 1];
      case "ArrowRight": return beside(cell, 1);
      case "ArrowLeft": return beside(cell, -1);
      case "Home": return own[0];
      case "End": return own[own.length - 1];
      default: return undefined;
    }
  };
  matrix.addEventListener("keydown", (event) => {
    const cell = event.target.closest("a.c");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = target(event.key, cell);
    if (next) rove(next);
    const fold = event.key === " " && cell.parentElement.querySelector(":scope > details");
    if (fold) fold.open = !fold.open;
    if (next || event.key === " ") event.preventDefault();
  });
  matrix.addEventListener("focusin", (event) => {
    if (event.target.matches("a.c")) rove(event.target === here ? undefined : event.target);
  });
  document.addEventListener("keydown", (event) => {
    const types = event.target.matches("input, select, textarea");
    if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && !panel.hidden) {
      close();
    }
  });

  // The panel: every term of a technique, and every piece of its evidence.
  const table = (heads, rows, caption) => {
    const made = element("table");
    made.append(element("caption", caption));
    const head = made.createTHead().insertRow();
    for (const name of heads) {
      const cell = element("th", name, /ed$|en$/.test(name) ? "n" : "");
      cell.scope = "col";
      head.append(cell);
    }
    const body = made.createTBody();
    for (const [name, ...values] of rows) {
      const row = body.insertRow(), cell = element("th");
      cell.scope = "row";
      cell.append(name);
      row.append(cell);
      for (const value of values) {
        const cell = row.insertCell();
        cell.append(value);
        if (/^[<>]?\d+(\.\d+)?( %)?$/.test(value)) cell.className = "n";
      }
    }
    return made;
  };

  const coverage = (technique) => table(
    ["", "Proven", "Expected", "Claimed"],
    ["Prevented", "Detected", "Responded to", "Prevented or detected"]
      .map((name, at) => [name, ...technique.cov[at].map(percent)]),
    "How far it is covered");

  const terms = (technique) => {
    const [threat, profile, groups, impact, enough, gap, choke, priority, ease, telemetry] =
      technique.terms;
    const [rules, mitigations, passed, run] = technique.counts;
    const [last] = technique.says;
    return table(["Term", "Value", "What it is"], [
      ["Threat", percent(threat), "how likely it is used: the profile and all groups, blended"],
      ["Profile", percent(profile), "the chance that one of our adversaries uses it"],
      ["All groups", percent(groups), "how common it is among all known groups"],
      ["Impact", percent(impact), "how bad it would be"],
      ["Enough", percent(enough), "the coverage from which there is no gap"],
      ["Gap", percent(gap), "the share of enough that is missing"],
      ["Choke point", percent(choke), "how much else depends on it; weighs the priority"],
      ["Priority", (priority / 1000).toFixed(1), "0 to 100: threat, impact and gap, so weighed"],
      ["Ease", percent(ease), `telemetry ${percent(telemetry)}, ${count(rules, "public rule")}, ` +
        `${count(mitigations, "mitigation")} open`],
      ["Tests", `${passed} of ${run}`, run ? `passed; the last on ${last}` : "nothing was tested"],
    ], "Every term");
  };

  const evidence = (technique, facts) => table(
    ["What, and where it stands", "Does", "Names", "Proven", "Expected", "Claimed"],
    technique.ev.map(([at, kind, family, via, lo, exp, hi, applies]) => {
      const [id, title, folder, place] = facts.capabilities[at], name = element("span", title || id);
      const about = new Set([title && id, facts.words[family], facts.words[applies]]);
      name.append(element("small", facts.words[folder] + place, "where"));
      name.append(element("small", [...about].filter(Boolean).join(" · "), "where"));
      return [name, facts.words[kind], facts.words[via], ...[lo, exp, hi].map(percent)];
    }),
    technique.ev.length < technique.all
      ? `The strongest ${technique.ev.length} of ${count(technique.all, "piece")} of evidence`
      : `${count(technique.all, "piece")} of evidence`);

  const lines = (technique, facts) => {
    const [, state, move, decision] = technique.says, said = [];
    const gaps = facts.techniques.filter((other) => other.rank).length;
    said.push(technique.ta.map((at) => facts.tactics[at]).join(", ") + " · " +
      technique.pl.map((at) => facts.platforms[at]).join(", "));
    said.push((technique.rank ? `Gap ${technique.rank} of ${gaps}` : "No gap") +
      ` · coverage ${facts.levels[technique.level]}` + (state ? ` · ${state}` : ""));
    if (move) said.push(`Next: ${move} (${facts.moves[move]})`);
    if (technique.firm) {
      said.push(`Among the first ten gaps in ${technique.firm[0]} of ${technique.firm[1]} runs ` +
        "with other numbers or adversaries");
    }
    if (decision) said.push(`Decided: ${decision}`);
    const uses = ([id, share]) => `${(facts.adversaries[id] || [id])[0]} (${percent(share)})`;
    if (technique.by.length) {
      said.push(`Used by, and what each adds to the profile: ${technique.by.map(uses).join(", ")}`);
    }
    if (technique.flags.length) {
      said.push(`Mind: ${technique.flags.map((at) => facts.words[at]).join("; ")}`);
    }
    return said;
  };

  const open = (id, from) => {
    const facts = data(), technique = facts.techniques[facts.at.get(id)];
    const title = element("h2", technique ? `${id} ${technique.name}` : id);
    title.id = "panel-title";
    const shut = element("button", "Close", "close");
    shut.type = "button";
    shut.addEventListener("click", close);
    const parts = [title, shut];
    if (/^T\d{4}(\.\d{3})?$/.test(id)) {
      const link = element("a", "ATT&CK's page");
      link.href = `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`;
      link.rel = "noreferrer";
      parts.push(link);
    }
    if (technique) {
      parts.push(...lines(technique, facts).map((line) => element("p", line)));
      parts.push(coverage(technique), terms(technique));
      parts.push(technique.all ? evidence(technique, facts)
        : element("p", "No evidence of its own: nothing that is switched on names it."));
    } else {
      parts.push(element("p", "Out of scope itself; some of its sub-techniques are in scope."));
    }
    panel.replaceChildren(...parts);
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus();
    opener = from;
  };
  const close = () => {
    panel.hidden = true;
    if (opener) opener.focus();
    opener = null;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-t]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.dataset.t, link);
  });

  // What only the script can do is shown now.
  $("layer").addEventListener("change", paint);
  fields.forEach((field) => field.addEventListener("input", filter));
  $("clear").addEventListener("click", () => {
    fields.forEach((field) => { field.value = ""; });
    filter();
  });
  $("unfold").addEventListener("click", () => {
    const unfold = $("unfold").getAttribute("aria-pressed") !== "true";
    $("unfold").setAttribute("aria-pressed", String(unfold));
    matrix.querySelectorAll("details").forEach((fold) => { fold.open = unfold; });
    rove();
  });
  for (const cell of cells) cell.tabIndex = -1;
  for (const fold of matrix.querySelectorAll("summary")) fold.tabIndex = -1;
  matrix.parentElement.removeAttribute("tabindex");
  if (here) here.tabIndex = 0;
  nameTheme();
  theme.hidden = false;
  $("controls").hidden = false;
})();
