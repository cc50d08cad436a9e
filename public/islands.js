// Brings the islands of a page to life, once the page can be read and used without them.
// Only elements `leptos-island` are touched; each names the function of the WebAssembly module that hydrates it.
const me = document.querySelector("script[data-wasm]");

async function hydrateIsland(element, module) {
  const hydrate = module[element.dataset.component];
  if (hydrate) await hydrate(element);
}

async function start() {
  const module = await import(me.dataset.js);
  await module.default({ module_or_path: me.dataset.wasm });
  module.hydrate();
  for (const element of document.querySelectorAll("leptos-island")) await hydrateIsland(element, module);
  document.documentElement.dataset.live = "true";
}

"requestIdleCallback" in window ? window.requestIdleCallback(start, { timeout: 1500 }) : setTimeout(start, 50);
