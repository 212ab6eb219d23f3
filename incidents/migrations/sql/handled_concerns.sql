-- IDs of concerns that the statement may see, that are not closed, and whose incident is not withdrawn, whether
-- or not it may see the incident. For a user who is excluded from an incident, there is none.
CREATE OR REPLACE FUNCTION context_handled_concerns() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(link.concern_id), '{}')
    FROM incidents_incidentconcern link
    JOIN incidents_incident incident ON incident.id = link.incident_id AND incident.status <> 'withdrawn'
    JOIN meetings_concern concern ON concern.id = link.concern_id AND concern.status <> 'closed'
    CROSS JOIN (SELECT context_districts() AS ids) districts
    WHERE ('00000000-0000-0000-0000-000000000000' = ANY (districts.ids) OR concern.district_id = ANY (districts.ids))
      AND NOT EXISTS (
        SELECT FROM incidents_incident_excluded other
        WHERE other.incident_id = incident.id AND other.user_id = (SELECT context_actor())
    )
$$;
