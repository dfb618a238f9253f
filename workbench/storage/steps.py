"""The steps from an empty file to today's tables, in order. A step that was released never changes.

docs/sql.md explains every table and column to those who ask them; a test holds the two together.
"""

from __future__ import annotations

STEPS: tuple[tuple[str, str], ...] = (
    (
        "001_experiments",
        """
        CREATE TABLE experiments (
            experiment_id VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            split VARCHAR NOT NULL,
            status VARCHAR NOT NULL,
            started_at TIMESTAMPTZ NOT NULL,
            record VARCHAR NOT NULL
        );
        CREATE TABLE runs (
            run_id VARCHAR NOT NULL,
            experiment_id VARCHAR NOT NULL,
            variant VARCHAR NOT NULL,
            release_id VARCHAR NOT NULL,
            split VARCHAR NOT NULL,
            dataset_digest VARCHAR NOT NULL,
            catalog VARCHAR NOT NULL,
            status VARCHAR NOT NULL,
            started_at TIMESTAMPTZ NOT NULL
        );
        """,
    ),
    (
        "002_results",
        """
        CREATE TABLE results (
            run_id VARCHAR NOT NULL,
            position INTEGER NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            difficulty VARCHAR NOT NULL,
            tags VARCHAR[] NOT NULL,
            verdict VARCHAR NOT NULL,
            seconds DOUBLE NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            record VARCHAR NOT NULL
        );
        CREATE TABLE scores (
            run_id VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            scorer VARCHAR NOT NULL,
            verdict VARCHAR NOT NULL,
            reasons VARCHAR[] NOT NULL
        );
        """,
    ),
    (
        "003_everything_in_sql",
        """
        ALTER TABLE experiments ADD COLUMN finished_at TIMESTAMPTZ;
        ALTER TABLE experiments ADD COLUMN replay BOOLEAN;
        ALTER TABLE experiments ADD COLUMN budget_usd DOUBLE;
        ALTER TABLE runs ADD COLUMN position INTEGER;
        ALTER TABLE runs ADD COLUMN cases INTEGER;
        ALTER TABLE runs ADD COLUMN trials INTEGER;
        ALTER TABLE runs ADD COLUMN finished_at TIMESTAMPTZ;
        ALTER TABLE runs ADD COLUMN git_commit VARCHAR;
        ALTER TABLE runs ADD COLUMN catalog_hash VARCHAR;
        ALTER TABLE runs ADD COLUMN knowledge_hash VARCHAR;
        ALTER TABLE results DROP COLUMN record;
        ALTER TABLE results ADD COLUMN why VARCHAR;
        ALTER TABLE results ADD COLUMN turns INTEGER;
        ALTER TABLE results ADD COLUMN model_calls INTEGER;
        ALTER TABLE results ADD COLUMN usd DOUBLE;
        ALTER TABLE results ADD COLUMN evaluation_usd DOUBLE;
        ALTER TABLE results ADD COLUMN error_kind VARCHAR;
        ALTER TABLE results ADD COLUMN error VARCHAR;
        ALTER TABLE results ADD COLUMN simulated_end VARCHAR;
        CREATE TABLE variants (
            run_id VARCHAR NOT NULL,
            experiment_id VARCHAR NOT NULL,
            letter VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            release_id VARCHAR NOT NULL,
            model VARCHAR,
            guardrails BOOLEAN,
            prompts MAP(VARCHAR, VARCHAR) NOT NULL
        );
        CREATE TABLE turns (
            run_id VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            turn INTEGER NOT NULL,
            customer VARCHAR NOT NULL,
            bot VARCHAR NOT NULL,
            language VARCHAR,
            expected_intents VARCHAR[],
            understood_intents VARCHAR[] NOT NULL,
            guardrails VARCHAR[] NOT NULL,
            cars_shown VARCHAR[] NOT NULL,
            leads VARCHAR[] NOT NULL,
            seconds DOUBLE NOT NULL,
            model_seconds DOUBLE NOT NULL,
            tracking_id VARCHAR NOT NULL
        );
        CREATE TABLE model_calls (
            run_id VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            turn INTEGER,
            paid_for VARCHAR NOT NULL,
            agent VARCHAR NOT NULL,
            purpose VARCHAR NOT NULL,
            prompt_id VARCHAR NOT NULL,
            prompt_hash VARCHAR NOT NULL,
            model VARCHAR NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            usd DOUBLE NOT NULL,
            seconds DOUBLE NOT NULL,
            attempts INTEGER NOT NULL,
            fallback BOOLEAN NOT NULL
        );
        CREATE TABLE prompts (
            prompt_id VARCHAR NOT NULL,
            prompt_hash VARCHAR NOT NULL,
            agent VARCHAR NOT NULL,
            system_text VARCHAR NOT NULL
        );
        CREATE TABLE comparisons (
            experiment_id VARCHAR NOT NULL,
            baseline_run VARCHAR NOT NULL,
            candidate_run VARCHAR NOT NULL,
            metric VARCHAR NOT NULL,
            label VARCHAR NOT NULL,
            unit VARCHAR NOT NULL,
            a DOUBLE NOT NULL,
            b DOUBLE NOT NULL,
            difference DOUBLE NOT NULL,
            low DOUBLE NOT NULL,
            high DOUBLE NOT NULL,
            p_value DOUBLE NOT NULL,
            adjusted_p DOUBLE NOT NULL,
            decision VARCHAR NOT NULL,
            gap VARCHAR,
            conversations INTEGER NOT NULL,
            better INTEGER NOT NULL,
            worse INTEGER NOT NULL,
            more_conversations INTEGER,
            sentence VARCHAR NOT NULL
        );
        CREATE TABLE taken (run_id VARCHAR NOT NULL, size BIGINT NOT NULL, modified_ns BIGINT NOT NULL);
        """,
    ),
    (
        "004_views",
        """
        CREATE VIEW models AS
            SELECT model, count(*) AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
                   sum(usd) AS usd, avg(seconds) AS mean_seconds, sum(attempts - 1) AS retries,
                   count(*) FILTER (fallback) AS fallbacks
            FROM model_calls GROUP BY model;
        CREATE VIEW tasas AS
            WITH judged AS (
                SELECT run_id, 'case' AS scorer, verdict FROM results
                UNION ALL SELECT run_id, scorer, verdict FROM scores
            )
            SELECT e.name AS experimento, v.letter AS letra, v.name AS variante, judged.scorer AS medida,
                   count(*) FILTER (verdict = 'pass') AS correctas,
                   count(*) FILTER (verdict IN ('pass', 'fail')) AS evaluadas,
                   count(*) FILTER (verdict = 'error') AS sin_evaluar_por_error,
                   correctas / nullif(evaluadas, 0) AS tasa, e.experiment_id, v.run_id
            FROM judged JOIN variants v USING (run_id) JOIN experiments e USING (experiment_id)
            GROUP BY ALL HAVING evaluadas > 0 OR sin_evaluar_por_error > 0;
        CREATE VIEW fallas AS
            SELECT e.name AS experimento, v.letter AS letra, v.name AS variante, s.scorer AS medida,
                   s.case_id AS caso, s.trial AS repeticion, unnest(s.reasons) AS motivo, r.tags AS etiquetas,
                   e.experiment_id, s.run_id
            FROM scores s JOIN results r USING (run_id, case_id, trial) JOIN variants v USING (run_id)
            JOIN experiments e USING (experiment_id)
            WHERE s.verdict = 'fail';
        CREATE VIEW conversaciones AS
            SELECT e.name AS experimento, v.letter AS letra, v.name AS variante, t.case_id AS caso,
                   t.trial AS repeticion, t.turn AS turno, t.customer AS cliente, t.bot AS bot, r.verdict AS resultado,
                   t.expected_intents AS intenciones_esperadas, t.understood_intents AS intenciones_entendidas,
                   t.cars_shown AS autos_mostrados, t.seconds AS segundos, r.tags AS etiquetas, e.experiment_id,
                   t.run_id
            FROM turns t JOIN results r USING (run_id, case_id, trial) JOIN variants v USING (run_id)
            JOIN experiments e USING (experiment_id);
        CREATE VIEW costos AS
            SELECT e.name AS experimento, v.letter AS letra, v.name AS variante, count(*) AS conversaciones,
                   sum(r.usd) AS usd_total, avg(r.usd) AS usd_por_conversacion, sum(r.evaluation_usd) AS usd_evaluacion,
                   avg(r.input_tokens) AS tokens_entrada, avg(r.output_tokens) AS tokens_salida,
                   avg(r.model_calls) AS llamadas, e.experiment_id, v.run_id
            FROM results r JOIN variants v USING (run_id) JOIN experiments e USING (experiment_id)
            GROUP BY ALL;
        CREATE VIEW veredictos AS
            SELECT e.name AS experimento, a.name AS contra, b.name AS variante, c.label AS medida, c.a AS antes,
                   c.b AS despues, c.difference AS diferencia, c.low AS desde, c.high AS hasta,
                   c.adjusted_p AS p_corregida, c.decision AS veredicto, c.gap AS por_que,
                   c.more_conversations AS faltan_conversaciones, c.sentence AS frase, c.metric, c.experiment_id
            FROM comparisons c JOIN experiments e USING (experiment_id)
            JOIN variants a ON a.run_id = c.baseline_run JOIN variants b ON b.run_id = c.candidate_run;
        CREATE VIEW uso_de_prompts AS
            SELECT e.name AS experimento, v.letter AS letra, v.name AS variante, c.agent AS agente,
                   c.prompt_id AS prompt, c.prompt_hash AS huella, c.model AS modelo, count(*) AS llamadas,
                   sum(c.usd) AS usd, e.experiment_id, v.run_id
            FROM model_calls c JOIN variants v USING (run_id) JOIN experiments e USING (experiment_id)
            GROUP BY ALL;
        """,
    ),
    (
        "005_judge",
        """
        CREATE TABLE preferences (
            experiment_id VARCHAR NOT NULL,
            baseline_run VARCHAR NOT NULL,
            candidate_run VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            outcome VARCHAR NOT NULL,
            flipped BOOLEAN NOT NULL,
            same BOOLEAN NOT NULL,
            reasons VARCHAR[] NOT NULL,
            problem VARCHAR NOT NULL,
            warnings VARCHAR[] NOT NULL,
            judge VARCHAR NOT NULL,
            prompt VARCHAR NOT NULL,
            prompt_hash VARCHAR NOT NULL,
            calls INTEGER NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            usd DOUBLE NOT NULL
        );
        CREATE TABLE judge_warnings (
            run_id VARCHAR NOT NULL,
            case_id VARCHAR NOT NULL,
            trial INTEGER NOT NULL,
            kind VARCHAR NOT NULL,
            message VARCHAR NOT NULL
        );
        CREATE VIEW preferencias AS
            SELECT e.name AS experimento, a.name AS contra, b.name AS variante, p.judge AS juez,
                   count(*) FILTER (outcome = 'candidate') AS prefirio_variante,
                   count(*) FILTER (outcome = 'tie') AS empates,
                   count(*) FILTER (outcome = 'baseline') AS prefirio_contra,
                   count(*) FILTER (flipped) AS cambio_con_el_orden,
                   count(*) FILTER (same) AS mismas_palabras,
                   count(*) FILTER (outcome = 'unscored') AS sin_evaluar,
                   count(*) FILTER (outcome = 'left_out') AS sin_comparar,
                   sum(p.usd) AS usd, e.experiment_id, p.candidate_run AS run_id
            FROM preferences p JOIN experiments e USING (experiment_id)
            JOIN variants a ON a.run_id = p.baseline_run JOIN variants b ON b.run_id = p.candidate_run
            GROUP BY ALL;
        """,
    ),
    ("006_attempts", "ALTER TABLE runs ADD COLUMN attempts INTEGER"),
    # The judge's calls about pairs are calls, and the embedded baseline's answers are none: all files are read again.
    ("007_calls_of_models", "DELETE FROM taken"),
    # Rows of experiments without `replay` are written again at the next look at the files, and with them the variants.
    (
        "008_models_of_agents",
        """
        ALTER TABLE variants ADD COLUMN models MAP(VARCHAR, STRUCT(
            "model" VARCHAR, temperature DOUBLE, max_tokens BIGINT, seed BIGINT, timeout_seconds DOUBLE, params JSON
        ));
        UPDATE experiments SET replay = NULL;
        """,
    ),
    # As in the report: what two variants said in the same words is no tie that a judge has found.
    (
        "009_ties_without_same_words",
        """
        CREATE OR REPLACE VIEW preferencias AS
            SELECT e.name AS experimento, a.name AS contra, b.name AS variante, p.judge AS juez,
                   count(*) FILTER (outcome = 'candidate') AS prefirio_variante,
                   count(*) FILTER (outcome = 'tie' AND NOT same) AS empates,
                   count(*) FILTER (outcome = 'baseline') AS prefirio_contra,
                   count(*) FILTER (flipped) AS cambio_con_el_orden,
                   count(*) FILTER (same) AS mismas_palabras,
                   count(*) FILTER (outcome = 'unscored') AS sin_evaluar,
                   count(*) FILTER (outcome = 'left_out') AS sin_comparar,
                   sum(p.usd) AS usd, e.experiment_id, p.candidate_run AS run_id
            FROM preferences p JOIN experiments e USING (experiment_id)
            JOIN variants a ON a.run_id = p.baseline_run JOIN variants b ON b.run_id = p.candidate_run
            GROUP BY ALL;
        """,
    ),
)
