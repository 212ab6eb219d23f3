-- Which kept figures and members a statement may see: those of the actor's districts (contacts,
-- row_policies.sql). Figures are read in an opened context, members never are.

CREATE POLICY rows_in_context ON reports_keptperiod USING (
    district_id = ANY ((SELECT context_districts())::uuid[])
    OR '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
);

CREATE POLICY rows_in_context ON reports_keptfigure USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM reports_keptperiod parent WHERE parent.id = reports_keptfigure.kept_period_id)
);

CREATE POLICY rows_in_context ON reports_keptmembers USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM reports_keptperiod parent WHERE parent.id = reports_keptmembers.kept_period_id)
);

CREATE POLICY rows_in_context ON reports_keptrecord USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM reports_keptperiod parent WHERE parent.id = reports_keptrecord.kept_period_id)
);

CREATE POLICY rows_in_context ON reports_figurechange USING (
    '00000000-0000-0000-0000-000000000000' = ANY ((SELECT context_districts())::uuid[])
    OR EXISTS (SELECT FROM reports_keptfigure parent WHERE parent.id = reports_figurechange.figure_id)
);
