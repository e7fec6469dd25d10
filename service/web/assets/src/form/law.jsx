// The law behind a field: a small button beside its label opens the article's summary; what a rule found names its rule and article.
import { FormContext } from "@bpmn-io/form-js-viewer";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/words.js";

const NUMBERED = /^[A-Z]+-[A-Z]+-\d+/;

/** The articles of a page, and the source of each finding that stands at a field. */
export class Laws {
  constructor(articles) {
    this.articles = articles ?? {};
    this.sources = new Map();
  }

  /** Remember what the server found: {message, rule, article}. */
  found(findings) {
    this.sources = new Map(findings.map((one) => [one.message, one]));
  }

  article(id) {
    return this.articles[id] ?? null;
  }

  list(text) {
    return String(text ?? "").split(/[\s,，]+/).filter((id) => this.articles[id]);
  }
}

/** "规则 R-PJ-08 · 依据 第十一条", without what is no rule of the requirements or not in the catalogue. */
export function sourceWords({ rule, article } = {}, laws) {
  const named = NUMBERED.test(rule ?? "") && words.rule(rule);
  const cited = laws.article(article) && words.basis(laws.article(article).ref);
  return [named, cited].filter(Boolean).join(" · ");
}

/** Put the law beside every field that has an article. */
export function withLaw(Field) {
  function LawField(props) {
    const laws = useContext(FormContext).getService("laws");
    const [open, setOpen] = useState(false);
    const box = useRef(null);
    const own = laws.list(props.field.properties?.article);
    const found = (props.errors ?? []).map((message) => laws.sources.get(message)).filter((one) => one && sourceWords(one, laws));
    const id = `${props.domId}-law`;
    useEffect(() => {
      for (const control of box.current?.querySelectorAll("[aria-describedby], .fjs-input, .fjs-textarea") ?? []) {
        if (control.closest(".law") !== box.current || control.closest(".law-mark, .law-box")) continue;
        const said = control.getAttribute("aria-describedby") ?? "";
        if (!said.split(" ").includes(id)) control.setAttribute("aria-describedby", `${said} ${id}`.trim());
      }
    });
    if (!own.length && !found.length) return <Field {...props} />;
    const refs = own.map((one) => laws.article(one).ref).join("、");
    return (
      <div class="law" ref={box}>
        <Field {...props} />
        {found.map((one) => <Source key={one.message} words={sourceWords(one, laws)} facts={laws.article(one.article)} />)}
        {own.length > 0 && (
          <button type="button" class="law-mark" id={id} aria-expanded={open} aria-controls={`${id}-box`} onClick={() => setOpen(!open)}>
            <span class="unseen">{words.basisOf}</span>{refs}
          </button>
        )}
        {open && <div class="law-box" id={`${id}-box`}>{own.map((one) => <Article key={one} facts={laws.article(one)} />)}</div>}
      </div>
    );
  }
  return Object.assign(LawField, { config: Field.config });
}

function Source({ words: text, facts }) {
  if (!facts) return <p class="law-source source">{text}</p>;
  return <details class="law-source source"><summary>{text}</summary><div class="source-box"><Article facts={facts} /></div></details>;
}

function Article({ facts }) {
  return (
    <div class="law-article">
      <strong>{facts.regulation} {facts.ref} <span lang="zh-CN">{facts.heading}</span></strong>
      <p>{facts[words.summaryKey]}</p>
    </div>
  );
}
