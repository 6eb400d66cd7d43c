// Lines of a deal: what a chosen product brings along, and what the lines come to. The server fills in and adds up
// by itself when the deal is saved; this only shows it before.
(() => {
  "use strict";

  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const form = (formset) => formset.closest("form");
  const currency = (formset) => form(formset).querySelector('[name="currency"]')?.value ?? "";

  // What was filled in for him is replaced by the next choice; what a person typed is not.
  const fill = (input, value) => {
    if (!input || (input.value && input.value !== input.dataset.filled)) return;
    input.value = value;
    input.dataset.filled = value;
  };
  const choose = async (formset, row) => {
    const product = field(row, "product")?.value;
    if (!product) return;
    const asked = new URL(formset.dataset.priceUrl, location.href);
    asked.search = new URLSearchParams({ product, currency: currency(formset), quantity: field(row, "quantity").value });
    const answer = await fetch(asked, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok || field(row, "product").value !== product) return;
    const known = await answer.json();
    fill(field(row, "title"), known.title);
    fill(field(row, "unit"), known.unit);
    fill(field(row, "unit_price"), known.price);
    add(formset);
  };

  // Decimals as whole numbers, so that halves are rounded as the server rounds them.
  const whole = (text, places) => {
    const parts = /^(\d+)(?:[.,](\d*))?$/.exec(text.trim());
    if (!parts || (parts[2] ?? "").length > places) return null;
    return BigInt(parts[1] + (parts[2] ?? "").padEnd(places, "0"));
  };
  const places = (code) => {
    try {
      return Math.min(new Intl.NumberFormat("en", { style: "currency", currency: code }).resolvedOptions().maximumFractionDigits, 2);
    } catch {
      return 2;
    }
  };
  const total = (row, decimals) => {
    const quantity = whole(field(row, "quantity").value, 3);
    const price = whole(field(row, "unit_price").value, 2);
    const discount = whole(field(row, "discount").value || "0", 2);
    if (quantity === null || price === null || discount === null || discount > 10000n) return null;
    const unit = 10n ** BigInt(9 - decimals);
    return (quantity * price * (10000n - discount) + unit / 2n) / unit;
  };
  const shown = (amount, decimals) => {
    const digits = amount.toString().padStart(decimals + 1, "0");
    const cut = digits.length - decimals;
    return decimals ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits;
  };
  const told = (amount, decimals, code) =>
    new Intl.NumberFormat(document.documentElement.lang, {
      style: "currency",
      currency: code,
      maximumFractionDigits: decimals,
      trailingZeroDisplay: "stripIfInteger",
    }).format(shown(amount, decimals));
  const add = (formset) => {
    const code = currency(formset);
    const decimals = places(code);
    let sum = 0n;
    let count = 0;
    for (const row of formset.querySelectorAll("[data-line]")) {
      const amount = row.hidden ? null : total(row, decimals);
      row.querySelector("[data-line-total]").textContent = amount === null ? "" : told(amount, decimals, code);
      if (amount === null) continue;
      sum += amount;
      count += 1;
    }
    const foot = formset.querySelector("[data-lines-sum]");
    foot.hidden = count === 0;
    foot.querySelector("output").textContent = count ? told(sum, decimals, code) : "";
    const typed = form(formset).querySelector('[name="amount"]');
    if (!typed || (!count && !typed.readOnly)) return;
    typed.readOnly = count > 0;
    if (count) typed.value = shown(sum, decimals);
  };

  document.addEventListener("change", (event) => {
    const row = event.target.closest("[data-line]");
    const formset = row?.closest("[data-lines]");
    if (formset && event.target.name.endsWith("-product")) choose(formset, row);
    if (formset && event.target.name.endsWith("-quantity")) choose(formset, row);
    if (formset) add(formset);
    if (event.target.name !== "currency") return;
    for (const lines of event.target.form?.querySelectorAll("[data-lines]") ?? []) {
      for (const line of lines.querySelectorAll("[data-line]")) choose(lines, line);
      add(lines);
    }
  });
  document.addEventListener("input", (event) => {
    const formset = event.target.closest("[data-lines]");
    if (formset) add(formset);
  });
  document.querySelectorAll("[data-lines]").forEach(add);
})();
