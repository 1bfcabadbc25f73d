/** `<time data-clock>` shows the time of day in the page's time zone; used by the wall. */
export function startClocks(): void {
  const clocks = document.querySelectorAll<HTMLElement>("[data-clock]");
  if (!clocks.length) return;
  const zone = document.documentElement.dataset.zone ?? "Asia/Shanghai";
  const format = new Intl.DateTimeFormat("zh-CN", {
    timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  });
  const show = (): void => {
    for (const clock of clocks) clock.textContent = format.format(new Date());
  };
  show();
  setInterval(show, 1000);
}
