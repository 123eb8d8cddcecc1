const STYLE = `:root { color-scheme: light dark; font: 22px/1.45 system-ui, sans-serif }
body { margin: 0; padding: 0 0 3rem }
.banner { background: #8a1c00; color: #fff; font-weight: 800; letter-spacing: .3em; text-align: center; padding: .3rem; position: sticky; top: 0 }
.foot { position: fixed; bottom: 0; left: 0; right: 0; top: auto }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
.clocks { display: flex; flex-wrap: wrap; gap: 2rem; font-size: 1.3rem; font-variant-numeric: tabular-nums }
.clocks b { display: block; font-size: .7rem; font-weight: 600 }
article { border-left: .3rem solid; padding: .2rem 0 .2rem 1rem; margin: 1.2rem 0; opacity: .75 }
article.current { opacity: 1; border-color: #8a1c00 }
h1 { font-size: 1.6rem; margin: .2rem 0 }
h2 { font-size: 1.1rem; margin: .2rem 0 }
p { white-space: pre-wrap; margin: .4rem 0 }
.from { font-size: .8rem }
#lost { color: #fff; background: #000; padding: .5rem 1rem }
@media print { .banner { position: fixed; top: 0; left: 0; right: 0; color: #000; background: #fff; border: 2px solid } .foot { top: auto; bottom: 0 } main { padding-top: 3rem } }
`

const SCRIPT = `const at = (id) => document.getElementById(id)
const made = (name, text, of) => { const node = document.createElement(name); node.textContent = text; if (of) node.className = of; return node }
const two = (n) => String(n).padStart(2, '0')
const clock = (ms) => { const s = Math.floor(ms / 1000); return Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60) }
const words = { running: 'running', paused: 'clock stopped', ended: 'ended' }
function shown(inject) {
  const node = made('article', '', inject.isCurrent ? 'current' : '')
  node.append(made(inject.isCurrent ? 'h1' : 'h2', inject.title), made('p', [inject.scenario, inject.from + ' → ' + inject.to, inject.method].filter(Boolean).join(' · '), 'from'), made('p', inject.text))
  if (inject.questions.length > 0) {
    const list = document.createElement('ul')
    list.append(...inject.questions.map((question) => made('li', question)))
    node.append(made('h2', 'Discuss'), list)
  }
  return node
}
let last = ''
const events = new EventSource('/events')
events.onmessage = ({ data }) => {
  const view = JSON.parse(data)
  at('lost').hidden = true
  at('exercise').textContent = clock(view.exerciseMs)
  at('scenario').textContent = view.scenario
  at('status').textContent = words[view.status]
  const injects = JSON.stringify(view.injects)
  if (injects === last) return
  last = injects
  at('now').replaceChildren(...view.injects.filter((inject) => inject.isCurrent).map(shown))
  at('before').replaceChildren(...view.injects.filter((inject) => !inject.isCurrent).reverse().map(shown))
}
events.onerror = () => { at('lost').hidden = false }
`

/** The projector view: self-contained, everything from the exercise set as text. It works for a reader at the back of the room. */
export function projectorPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>EXERCISE</title>
<style nonce="${nonce}">
${STYLE}</style>
</head>
<body>
<div class="banner">EXERCISE EXERCISE EXERCISE</div>
<p id="lost" role="alert" hidden>The console does not answer. What stands below is what it said last.</p>
<main>
<div class="clocks"><div><b>Exercise clock</b><span id="exercise">–</span></div><div><b>Scenario clock</b><span id="scenario">–</span></div><div><b>State</b><span id="status">–</span></div></div>
<section id="now" aria-live="polite"></section>
<section id="before"></section>
<noscript>This view needs script. The injects are read aloud by the facilitator.</noscript>
</main>
<div class="banner foot" aria-hidden="true">EXERCISE EXERCISE EXERCISE</div>
<script nonce="${nonce}">
${SCRIPT}</script>
</body>
</html>
`
}
