-- What the public process may do: leave a registration and confirm one, through functions of the owner. The
-- role `proximity_public` reads the publications and runs these two functions. It sees no registration.

CREATE OR REPLACE FUNCTION public_register(given jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place uuid;
BEGIN
    SELECT page.district_id INTO place
    FROM public.publishing_publicdistrict page
    JOIN public.districts_district district ON district.id = page.district_id
    WHERE district.code = given->>'district' AND page.is_on AND district.is_active;
    IF place IS NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(7497062);
    IF (SELECT count(*) FROM public.publishing_registration
        WHERE created_at > now() - interval '1 day') >= 200 THEN
        RETURN false;
    END IF;
    -- No more than three a day to one address, and no word about it. What follows a plus is the same mailbox.
    IF (SELECT count(*) FROM public.publishing_registration
        WHERE regexp_replace(lower(person_email), '[+][^@]*@', '@')
              = regexp_replace(lower(given->>'person_email'), '[+][^@]*@', '@')
          AND created_at > now() - interval '1 day') >= 3 THEN
        RETURN true;
    END IF;
    INSERT INTO public.publishing_registration (
        id, district_id, language, name, kind, summary, website, email, phone, address, is_home, languages,
        person_name, person_role, person_email, person_phone, wants, fields, text_version, state, created_at,
        reason, revision
    ) VALUES (
        gen_random_uuid(), place, left(given->>'language', 35), left(given->>'name', 200), given->>'kind',
        left(coalesce(given->>'summary', ''), 1000), left(coalesce(given->>'website', ''), 300),
        left(coalesce(given->>'email', ''), 254), left(coalesce(given->>'phone', ''), 30),
        left(coalesce(given->>'address', ''), 300), coalesce((given->>'is_home')::boolean, false),
        ARRAY(SELECT jsonb_array_elements_text(coalesce(given->'languages', '[]'))),
        left(coalesce(given->>'person_name', ''), 160), left(coalesce(given->>'person_role', ''), 120),
        left(given->>'person_email', 254), left(coalesce(given->>'person_phone', ''), 30),
        given->>'wants', ARRAY(SELECT jsonb_array_elements_text(coalesce(given->'fields', '[]'))),
        coalesce((given->>'text_version')::integer, 0), 'unconfirmed', now(), '', 1
    );
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION public_confirm(token bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.publishing_registration
    SET state = 'confirmed', confirmed_at = now(), token_hash = NULL
    WHERE token_hash = token AND state = 'unconfirmed'
      AND coalesce(mailed_at, created_at) > now() - interval '48 hours';
    UPDATE public.publishing_registration SET word_at = now(), token_hash = NULL
    WHERE token_hash = token AND state = 'joined' AND word_asked_at > now() - interval '14 days'
$$;

REVOKE ALL ON FUNCTION public_register(jsonb), public_confirm(bytea) FROM PUBLIC;
