//! A space of one's own, and bundles made of text.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use migrations::Migrator;
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::MigratorTrait;
use service::Viewer;
use service::access::MasterKey;
use service::clock::Source;
use service::entity::CentreId;
use service::interchange::bundle::{Bundle, Format, Limits, Options, Report, export, import};
use service::store::audit::Chain;
use service::store::{Store, connect};
use tempfile::TempDir;

/// An empty space in a folder of its own.
pub(crate) struct Space {
    pub(crate) store: Store,
    folder: TempDir,
}

impl Space {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("space.sqlite").display());
        let connection = connect(&url, 4, |_| {}).await.unwrap();
        Migrator::up(&connection, None).await.unwrap();
        Self {
            store: Store::new(
                connection,
                Source::default(),
                Chain::new(&MasterKey::generate(&Source::default())),
            ),
            folder,
        }
    }

    /// Imports a bundle that must be readable.
    pub(crate) async fn import(&self, path: &Path) -> Report {
        self.import_with(path, Options::default()).await
    }

    pub(crate) async fn import_strictly(&self, path: &Path) -> Report {
        self.import_with(path, Options { strict: true, ..Options::default() }).await
    }

    pub(crate) async fn import_with(&self, path: &Path, options: Options<'_>) -> Report {
        let bundle = Bundle::open(path, Limits::default()).unwrap();
        import(&self.store, &Viewer::operator(), bundle, options).await.unwrap()
    }

    /// What the operator's export holds.
    pub(crate) async fn exported(&self, viewer: &Viewer) -> BTreeMap<String, String> {
        self.exported_as(viewer, Format::Plain).await
    }

    pub(crate) async fn exported_as(
        &self,
        viewer: &Viewer,
        format: Format,
    ) -> BTreeMap<String, String> {
        let copy = self
            .folder
            .path()
            .join(format!("copy-{}", self.store.source().now().timestamp_micros()));
        export(&self.store, viewer, &copy, format).await.unwrap();
        std::fs::read_dir(copy)
            .unwrap()
            .map(|file| file.unwrap())
            .map(|file| {
                let name = file.file_name().into_string().unwrap();
                (name, std::fs::read_to_string(file.path()).unwrap())
            })
            .collect()
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS answer FROM \"{table}\"")).await
    }

    pub(crate) async fn centre(&self, slug: &str) -> CentreId {
        let connection = self.store.connection();
        let question = format!("SELECT id FROM centre WHERE slug = '{slug}'");
        let question = Statement::from_string(connection.get_database_backend(), question);
        let row = connection.query_one_raw(question).await.unwrap().unwrap();
        row.try_get::<CentreId>("", "id").unwrap()
    }

    pub(crate) async fn number(&self, question: &str) -> i64 {
        let connection = self.store.connection();
        let question = Statement::from_string(connection.get_database_backend(), question);
        connection.query_one_raw(question).await.unwrap().unwrap().try_get("", "answer").unwrap()
    }
}

/// Each problem as file, line, column and code.
pub(crate) fn places(report: &Report) -> Vec<String> {
    report
        .problems
        .iter()
        .map(|problem| {
            let column = problem.column.as_deref().unwrap_or("-");
            format!("{}:{} {column} {}", problem.file, problem.line, problem.fault)
        })
        .collect()
}

/// A bundle made of text.
pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            made.put(name, text.as_bytes());
        }
        made
    }

    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let files: Vec<_> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::new(&files)
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The same files as a zip, in a folder as a desktop would put them.
    pub(crate) fn zipped(&self) -> PathBuf {
        let mut names: Vec<_> =
            std::fs::read_dir(self.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        let path = self
            .path()
            .join("../")
            .join(format!("{}.zip", self.path().file_name().unwrap().to_string_lossy()));
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for name in names {
            let name = name.to_string_lossy();
            zip.start_file(format!("my bundle/{name}"), options).unwrap();
            zip.write_all(&std::fs::read(self.path().join(&*name)).unwrap()).unwrap();
            zip.start_file(format!("__MACOSX/my bundle/._{name}"), options).unwrap();
            zip.write_all(b"resource fork").unwrap();
        }
        zip.finish().unwrap();
        path
    }
}

pub(crate) const CENTRES: &str = "slug,name,policy_area\nearly-years,Early Years Centre,Early years\nyouth-work,Youth Work Centre,Youth work\n";

/// A small bundle that has every file and every column filled.
pub(crate) fn full() -> Files {
    Files::new(&[
        ("bundle.json", "{\"format\": \"commonground-bundle\", \"version\": 1}\n"),
        ("README.md", "not read"),
        (
            "centres.csv",
            "\u{feff}slug,name,short_name,policy_area,description,founded,homepage,ror_id,successor\r\n\
             old-centre,\"The Old Centre, closed\",Old,Care,\"It \"\"was\"\"\nfirst\",2010,https://old.example/,00f2yqf98,new-centre\r\n\
             new-centre,The New Centre,New,Care,,2019-07,https://new.example/,,\r\n",
        ),
        (
            "centre_statuses.csv",
            "centre,since,status,until,note\nold-centre,2010,MEMBER,2019-06,\nnew-centre,2019-07-15,MEMBER,,began\nold-centre,2019-06,FORMER,,closed\n",
        ),
        (
            "people.csv",
            "slug,name,orcid,withdrawn_at,withdrawal_reason,superseded_by\nj-carberry,J. Carberry,,2020-01-01T00:00:00Z,The same person,josiah-carberry\njosiah-carberry,Josiah Carberry,0000-0002-1825-0097,,,\n",
        ),
        (
            "person_roles.csv",
            "person,centre,title,since,until\njosiah-carberry,new-centre,Head,2019,\njosiah-carberry,old-centre,Head,,2018\n",
        ),
        (
            "local_authorities.csv",
            "gss_code,name,official_name,country,region,authority_type,dfe_number,established,abolished,successors,withdrawn_at,withdrawal_reason,superseded_by\n\
             E10000023,North Yorkshire,North Yorkshire County Council,England,Yorkshire and the Humber,County,815,1974-04-01,2023-03-31,E06000065;E08000035,,,\n\
             E06000065,North Yorkshire,,England,,,815,2023-04,,,,,\n\
             E06000002,Leeds,,England,,,,,,,2020-01-01T00:00:00Z,A wrong code,E08000035\n\
             E08000035,Leeds,,England,,,383,,,,,,\n",
        ),
        (
            "partners.csv",
            "slug,name,kind,homepage,withdrawn_at,withdrawal_reason,superseded_by\nuniversity,A University,University,https://uni.example,,,\ncharity,A Charity,,,2020-01-01T00:00:00Z,The same,university\n",
        ),
        (
            "programmes.csv",
            "slug,title,summary,lead_centre,partners,started,ended,homepage,studies_stated,partners_stated,local_authorities_stated,withdrawn_at,withdrawal_reason,superseded_by\nwhole-systems,Whole systems,All,new-centre,university; charity,2019,2024-05,https://new.example/p,9,8,13,,,\nwhole,Whole,,new-centre,,,,,,,,2020-01-01T00:00:00Z,Renamed,whole-systems\n",
        ),
        (
            "engagements.csv",
            "centre,reference,local_authority,kind,summary,started,ended,withdrawn_at,withdrawal_reason\nnew-centre,v1,E08000035,VISIT,First visit,2019-07,2019-07,,\nnew-centre,v2,E08000035,VISIT,,2019-08,,2020-01-01T00:00:00Z,It did not take place\n",
        ),
        (
            "interventions.csv",
            "slug,name,description,broader,owner,synonyms,withdrawn_at,withdrawal_reason,superseded_by\nbuddies,Buddies,,support,,,2020-01-01T00:00:00Z,The same,mentoring\nmentoring,Mentoring,One to one,support,new-centre,buddying;befriending,,,\nsupport,Support,,,,,,,\n",
        ),
        ("outcomes.csv", "slug,name\nreading,Reading\nattendance,Attendance\n"),
        ("populations.csv", "slug,name,description\ncare-leavers,Care leavers,Aged 16 to 25\n"),
        (
            "term_labels.csv",
            "vocabulary,term,centre,label\nINTERVENTION,mentoring,new-centre,Mentors\nPOPULATION,care-leavers,old-centre,Leavers\nINTERVENTION,mentoring,old-centre,Buddies\n",
        ),
        (
            "standards.csv",
            "slug,name,owner,homepage,description,withdrawn_at,withdrawal_reason,superseded_by\nlocks,Locks,,,,2020-01-01T00:00:00Z,Renamed,padlocks\npadlocks,Padlocks,new-centre,https://new.example/s,Security,,,\nstars,Stars,,,,,,\n",
        ),
        (
            "standard_versions.csv",
            "standard,version,position,since,until,note\npadlocks,1,1,2011,2018,first\npadlocks,2,2,2018,,\nstars,1,1,,,\n",
        ),
        (
            "standard_dimensions.csv",
            "standard,version,dimension,name,position,description\npadlocks,1,cost,Cost,1,\npadlocks,2,security,Security,1,How sure\npadlocks,2,cost,Cost,2,\nstars,1,stars,Stars,1,\n",
        ),
        (
            "standard_levels.csv",
            "standard,version,dimension,level,ordinal,label,description,strength\npadlocks,1,cost,1,1,Cheap,,\npadlocks,2,security,0,0,None,,INSUFFICIENT\npadlocks,2,security,3,3,Three,Two trials,MODERATE\npadlocks,2,cost,1,1,Cheap,,\nstars,1,stars,5,5,Five,,VERY_HIGH\n",
        ),
        (
            "crosswalk.csv",
            "from_standard,from_version,from_dimension,from_level,to_standard,to_version,to_dimension,to_level,relation,caveat,source,withdrawn_at,withdrawal_reason\npadlocks,2,security,3,stars,1,stars,5,LOOSER,Different questions,A report,,\nstars,1,stars,5,padlocks,2,security,3,STRICTER,Different questions,,2020-01-01T00:00:00Z,Nobody reads it so\n",
        ),
        (
            "collaborations.csv",
            "slug,title,summary,members,started,ended,contributed_by,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             first,First,One,new-centre;old-centre,2018,2019,new-centre,NETWORK,,,2020-01-01T00:00:00Z,Renamed,second\n\
             second,Second,,new-centre,,,new-centre,COLLABORATION,,,,,\n",
        ),
        (
            "publications.csv",
            "slug,title,kind,abstract,doi,published,venue,language,licence,url,contributed_by,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             report-1,A Report,REPORT,Long text,https://doi.org/10.1002/CL2.1152,2021-03,A Journal,en,CC-BY-4.0,https://new.example/r,new-centre,PUBLIC,,2027-01-31T01:00:00.25+01:00,,,report-2\n\
             report-2,Another Report,PREPRINT,,,,,,,,new-centre,COLLABORATION,second,,,,\n",
        ),
        (
            "publication_authors.csv",
            "publication,position,name,orcid,person\nreport-1,2,B. Author,,\nreport-1,1,Josiah Carberry,0000-0002-1825-0097,josiah-carberry\nreport-2,1,Anon,,\n",
        ),
        (
            "studies.csv",
            "slug,title,summary,design,status,starts_on,ends_on,registry,registration_id,registration_url,lead_centre,collaborating_centres,programme,partners,interventions,outcomes,populations,publications,contributed_by,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             trial,The Trial,Does it work?,STEPPED_WEDGE,IN_DELIVERY,2019-09-01,2024-08-31,ISRCTN,ISRCTN1,https://reg.example/1,new-centre,old-centre,whole-systems,university,mentoring,,care-leavers,report-1;report-2,new-centre,PUBLIC,,,,,\n\
             draft,A Draft,,OTHER,PLANNED,,,,,,new-centre,,,,,,,,new-centre,,,,,,\n",
        ),
        (
            "study_statuses.csv",
            "study,on,status,reason,stop_reason\ntrial,2019-09-01,IN_DELIVERY,Began,\ntrial,2019-03-01,PLANNED,,\ntrial,2024-01-01,STOPPED,Not again,CHANGED_OUR_MIND\n",
        ),
        (
            "study_sites.csv",
            "study,local_authority,step,starts_on\ntrial,E10000023,2,2020-01-01\ntrial,E08000035,1,2019-09-01\n",
        ),
        (
            "findings.csv",
            "study,reference,publication,intervention,comparator,outcome,outcome_detail,population,measure,estimate,standard_error,interval_level,interval_lower,interval_upper,participants_intervention,participants_comparison,participants_total,clusters,time_point,subgroup,risk_of_bias,contributed_by,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             trial,f1,report-1,mentoring,usual care,reading,Test,care-leavers,STANDARDISED_MEAN_DIFFERENCE,0.1,0.05,0.95,0.002,0.198,100,98,198,12,12 months,girls,LOW,new-centre,PUBLIC,,,,,f2\n\
             trial,f2,,,,attendance,,,RISK_DIFFERENCE,-1e-3,,,,,,,,,,,,new-centre,NETWORK,,,,,\n",
        ),
        (
            "ratings.csv",
            "contributed_by,reference,standard,version,subject_kind,subject,outcome,scores,considered_studies,considered_publications,rationale,rated_on,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             new-centre,r1,padlocks,2,STUDY,trial,reading,security=3; cost=1,trial,report-2;report-1,Two trials,2021-05-01,PUBLIC,,,,,r2\n\
             new-centre,r2,stars,1,INTERVENTION,mentoring,,stars=5,trial;draft,,,,NETWORK,,,,,\n\
             old-centre,r1,stars,1,PUBLICATION,report-1,,stars=5,,,,,COLLABORATION,first;second,,,,\n",
        ),
        (
            "feedback.csv",
            "contributed_by,reference,study,programme,from_role,text,received_on,answered_on,answer,visibility,shared_with,embargoed_until,withdrawn_at,withdrawal_reason,superseded_by\n\
             new-centre,one,trial,,practice leader,Too long,2019-10-01,2019-11-05,We made it shorter,PUBLIC,,,,,two\n\
             new-centre,two,,whole-systems,social worker,Thank you,2019-10-02,,,NETWORK,,,,,\n\
             old-centre,one,,,young person,Ask us first,2019-10-03,,,COLLABORATION,first;second,,,,\n",
        ),
    ])
}
