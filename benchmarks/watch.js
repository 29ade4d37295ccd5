// Looks at the map's pixels in every frame; the same for every page that is measured. A look waits
// for the graphics to be done, and its time is taken after it: then the pixels are really there.
(() => {
  const WIDTH = 96, HEIGHT = 72, LEAST = 0.05;
  const take = HTMLCanvasElement.prototype.getContext;
  const canvases = new Set();
  const seen = (window.__bench = {
    painted: null, // when at least 5% of the map was first coloured
    written: null, // when Streamlit first wrote something
    pressed: null, // when Enter was last pressed
    changed: null, // when the pixels last changed
    changes: 0, // how often since Enter was pressed
    looks: [], // milliseconds that each look at the pixels took
  });
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    if (!String(kind).startsWith("webgl")) return take.call(this, kind, options);
    canvases.add(this);
    return take.call(this, kind, { ...options, preserveDrawingBuffer: true });
  };
  const small = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  small.imageSmoothingEnabled = false;
  let last = 0;

  function look() {
    const map = [...canvases].find(one => one.isConnected && one.width > 100 && one.height > 100);
    if (!map) return;
    const began = performance.now();
    small.clearRect(0, 0, WIDTH, HEIGHT);
    small.drawImage(map, 0, 0, WIDTH, HEIGHT);
    const pixels = small.getImageData(0, 0, WIDTH, HEIGHT).data;
    const now = performance.now();
    seen.looks.push(now - began);
    let hash = 0, coloured = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      const [r, g, b, a] = [pixels[i], pixels[i + 1], pixels[i + 2], pixels[i + 3]];
      if (a > 127 && Math.min(r, g, b) < 235) coloured++;
      hash = (Math.imul(hash, 31) + ((r << 16) | (g << 8) | b) + a) | 0;
    }
    if (coloured < LEAST * WIDTH * HEIGHT) return;
    seen.painted ??= now;
    if (hash === last) return;
    last = hash;
    seen.changed = now;
    seen.changes++;
  }

  function frame() {
    if (seen.written === null && document.querySelector('[data-testid="stMarkdown"]')) {
      seen.written = performance.now();
    }
    look();
    requestAnimationFrame(frame);
  }

  addEventListener("keydown", event => {
    if (event.key !== "Enter") return;
    seen.pressed = performance.now();
    seen.changes = 0;
  }, true);
  requestAnimationFrame(frame);
})();
