import { Menu } from "@mantine/core";
import { IconCopy, IconDots, IconDownload, IconTrash } from "@tabler/icons-react";

import type { Card } from "../api/types";
import { money, moneyShort, moment, rate } from "../document/format";
import { titleOf } from "../store/catalog";
import { iconOf } from "../ui/icons";
import { Link } from "../ui/Link";
import { Thumbnail } from "./Thumbnail";

interface Props { card: Card; canEdit: boolean; onCopy(card: Card): void; onDelete(card: Card): void; onDownload(card: Card): void }
const ICONS_SHOWN = 7;

export function DesignCard({ card, canEdit, onCopy, onDelete, onDownload }: Props) {
  const offered = card.offered_rate_per_s ?? card.headline?.offered_rate_per_s ?? null;
  return (
    <article className="design-card" data-testid={`gallery-card-${card.id}`}>
      <Link href={`/d/${card.id}`} className="card-link" aria-label={card.name}>
        <Thumbnail thumbnail={card.thumbnail} />
      </Link>
      <div className="design-card-body">
        <div className="row">
          <h3 className="cut grow"><Link href={`/d/${card.id}`}>{card.name}</Link></h3>
          <CardMenu card={card} canEdit={canEdit} onCopy={onCopy} onDelete={onDelete} onDownload={onDownload} />
        </div>
        <p className="muted card-text">{card.description || <>Changed {moment(card.updated_at)}</>}</p>
        <div className="row card-services">
          {card.services.slice(0, ICONS_SHOWN).map((type) => <img key={type} src={iconOf(type)} width={18} height={18} alt={titleOf(type)} title={titleOf(type)} />)}
          {card.services.length > ICONS_SHOWN && <span className="muted small">+{card.services.length - ICONS_SHOWN}</span>}
        </div>
        <CardFigures card={card} offered={offered} />
        {card.is_example && <button type="button" className="link use-example" onClick={() => onCopy(card)}>Copy to my designs</button>}
      </div>
    </article>
  );
}

function CardFigures({ card, offered }: { card: Card; offered: number | null }) {
  const { headline } = card;
  if (!headline && offered === null) return <p className="card-figures muted none">{card.thumbnail.nodes.length ? "Not estimated yet" : "Nothing drawn yet"}</p>;
  const noRate = card.thumbnail.nodes.length ? "the drawn rate is not known yet" : "nothing is drawn yet";
  return (
    <dl className="card-figures num">
      <div><dt>Rate</dt><dd title={offered === null ? noRate : undefined}>{offered === null ? "–" : rate(offered)}</dd></div>
      <div><dt>Cost a month</dt><dd title={headline ? money(headline.monthly_cost) : "no estimate of this model yet"}>{headline ? moneyShort(headline.monthly_cost) : "–"}</dd></div>
      <div><dt>Sustains</dt><dd title={headline ? headline.max_rate_reason ?? undefined : "no estimate of this model yet"}>{headline?.max_rate_per_s == null ? "–" : rate(headline.max_rate_per_s)}</dd></div>
    </dl>
  );
}

function CardMenu({ card, canEdit, onCopy, onDelete, onDownload }: Props) {
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target><button type="button" className="icon-button" aria-label={`More for ${card.name}`}><IconDots size={16} /></button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => onCopy(card)}>{card.is_example ? "Copy to my designs" : "Duplicate"}</Menu.Item>
        <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => onDownload(card)}>Download as JSON</Menu.Item>
        {!card.is_example && canEdit && <><Menu.Divider /><Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => onDelete(card)}>Delete</Menu.Item></>}
      </Menu.Dropdown>
    </Menu>
  );
}
