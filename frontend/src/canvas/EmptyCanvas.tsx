import { Button, Group } from "@mantine/core";
import { IconCommand, IconPlus } from "@tabler/icons-react";

import { perform } from "../actions";
import { useReadOnly } from "../ui/hooks";
import { Link } from "../ui/Link";

export function EmptyCanvas() {
  const readOnly = useReadOnly();
  return (
    <div className="empty-canvas">
      <strong>{readOnly ? "This design is empty" : "Start with what sends the events"}</strong>
      {!readOnly && (
        <>
          <p className="muted">Add a producer, then drag from its right edge to what receives its events. Double click anywhere, or press <kbd>A</kbd>, to add a node.</p>
          <Group gap={8} justify="center">
            <Button leftSection={<IconPlus size={14} />} onClick={() => perform("quick-add")}>Add a node</Button>
            <Button variant="default" leftSection={<IconCommand size={14} />} onClick={() => perform("palette")}>All commands</Button>
            <Button variant="subtle" component={Link} href="/">Copy an example instead</Button>
          </Group>
        </>
      )}
    </div>
  );
}
