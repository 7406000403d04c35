/** Colours by meaning, for light and dark, and everything else that the page looks like. */
export const style: string = `
:root{color-scheme:light dark;--page:#f4f5f7;--sheet:#fff;--ink:#1b2027;--quiet:#59636e;--rule:#dfe3e8;--lane:#f1f3f6;
--calm:#7b8794;--observe:#2563c9;--narrow:#946100;--suspend:#c2410c;--suspendTree:#b3123f;--revoke:#6d1f9e}
@media (prefers-color-scheme:dark){:root{--page:#0e1116;--sheet:#161a21;--ink:#e6e9ee;--quiet:#9aa5b1;--rule:#2c333d;--lane:#1e242c;
--calm:#8d99a6;--observe:#79a9ff;--narrow:#e3ab3c;--suspend:#ff8650;--suspendTree:#ff5d80;--revoke:#c993ff}}
.l-calm{--level:var(--calm)}.l-observe{--level:var(--observe)}.l-narrow{--level:var(--narrow)}
.l-suspend{--level:var(--suspend)}.l-suspendTree{--level:var(--suspendTree)}.l-revoke{--level:var(--revoke)}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1230px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 12px}
header p{margin:4px 0 0}section>p{margin:0}table+p{margin-top:12px}
section{background:var(--sheet);border:1px solid var(--rule);border-radius:8px;padding:16px 20px;margin-top:16px}
code{font:13px/1.4 ui-monospace,"SFMono-Regular","DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.quiet,figcaption,.state{color:var(--quiet)}
.badge{display:inline-block;border:1px solid var(--level);border-radius:10px;padding:0 9px;font-size:13px;white-space:nowrap}
.badge::before{content:"";display:inline-block;width:8px;height:8px;border-radius:4px;background:var(--level);margin-right:6px}
ul{list-style:none;margin:0;padding:0}
.tree li{padding:6px 8px;border-left:3px solid transparent;overflow-wrap:anywhere}
.tree li[aria-current]{border-left-color:var(--ink);background:var(--lane);border-radius:0 6px 6px 0}
.tree .figures{font-variant-numeric:tabular-nums;white-space:nowrap}
.tree code,.tree .quiet{margin-left:8px;font-size:13px}
.tree .figures{margin-left:4px}
.d1{margin-left:24px}.d2{margin-left:48px}.d3{margin-left:72px}.d4{margin-left:96px}.d5{margin-left:120px}.d6{margin-left:144px}.d7{margin-left:168px}
li[class^=d]:not(.d0) strong::before{content:"└ ";color:var(--quiet);font-weight:normal}
.meter{vertical-align:-1px;margin-left:6px}.meter .room{fill:var(--rule)}.meter .held{fill:var(--level)}.meter line{stroke:var(--ink);stroke-width:2}
figure{margin:0}figure>svg{display:none;max-width:100%;height:auto}
figcaption{font-size:13px;margin-top:8px}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--quiet)}
.threshold line{stroke:var(--level);stroke-dasharray:5 4;opacity:.75}.threshold text{fill:var(--level)}
.floor{stroke:var(--rule)}.tick line{stroke:var(--rule)}
.lane rect{fill:var(--lane)}.lane text{fill:var(--ink)}
.risk{fill:none;stroke:var(--quiet);stroke-width:1.5;stroke-linejoin:round}.s0{stroke:var(--ink);stroke-width:2}
.s2,.s5{stroke-dasharray:6 3}.s3,.s6{stroke-dasharray:2 3}.s4,.s7{stroke-dasharray:8 3 2 3}
circle.risk{fill:var(--ink);stroke:none}circle.action{fill:var(--level);stroke:var(--sheet);stroke-width:1}
.refused{fill:none;stroke:var(--level);stroke-width:2}
.decision{fill:var(--level);stroke:var(--sheet);stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:10px;font-size:13px}.legend li{display:flex;align-items:center;gap:6px;overflow-wrap:anywhere}.legend svg{flex:none}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;color:var(--quiet);font-size:13px;padding:4px 10px 4px 0;white-space:nowrap}
td{padding:6px 10px 6px 0;border-top:1px solid var(--rule);vertical-align:top;overflow-wrap:anywhere}
.at,.number{font-variant-numeric:tabular-nums;white-space:nowrap}.kind{white-space:nowrap}.who{color:var(--quiet)}
.who{min-width:110px;max-width:220px}td.action{min-width:200px;max-width:280px}td.words{min-width:200px}
.bar rect{fill:var(--suspend)}.silent .bar rect{fill:var(--calm)}
@media (min-width:1200px){figure>.wide{display:block}}
@media (min-width:760px) and (max-width:1199.98px){figure>.middle{display:block}}
@media (max-width:759.98px){figure>.narrow{display:block;width:100%;max-width:460px}
section{padding:14px 12px;border-radius:6px}main{padding:14px 8px 32px}
.d1{margin-left:12px}.d2{margin-left:24px}.d3{margin-left:36px}.d4{margin-left:48px}.d5{margin-left:60px}.d6{margin-left:72px}.d7{margin-left:84px}
.tree code{display:block;margin-left:0}.tree .quiet{display:block;margin-left:0}
table,tbody{display:block}thead{display:none}tr{display:flex;flex-wrap:wrap;gap:2px 10px;padding:8px 0;border-top:1px solid var(--rule)}
td{display:block;border:0;padding:0}td.action,td.words{flex:1 0 100%;max-width:none;min-width:0}.who{flex:1 0 100%;max-width:none;font-size:13px}}
@media print{body{background:#fff}section{break-inside:avoid}}
`;
