//! The background workers, in one list: what each serves, and how its reports arrive.

use std::path::PathBuf;

use super::{folders, recent};
use crate::advice::{self, AdviceReport, AdviceRequest};
use crate::anonymity::{self, AnonymityReport, AnonymityRequest};
use crate::rates::{self, RatesReport, RatesRequest};
use crate::rehearsal::{
    AccountReport, AccountRequest, LoadRequest, Loaded, Look, LookRequest, PlacesReport,
    PlacesRequest, PublishOutcome, PublishTask, RecommendReport, RecommendRequest, Snapshot,
    StudyRequest, budget_plan, dataset, lists, places, publishing,
};
use crate::tui::desk::message::{Message, PathAnswer, Report};
use crate::tui::desk::paths::PathQuestion;
use crate::work::{Bell, Worker};

/// Declares the workers: request and report, what serves, how a report arrives, and whether the
/// screen changes while it is at work.
macro_rules! workers {
    ($(#[$all:meta])* pub struct $name:ident {
        $($(#[$what:meta])* $worker:ident: $request:ty => $report:ty {
            serve: $serve:expr,
            arrives: $arrives:expr,
            is_shown: $is_shown:literal,
        })+
    }) => {
        $(#[$all])*
        pub struct $name {
            $($(#[$what])* pub $worker: Worker<$request, $report>,)+
        }

        impl $name {
            /// Starts them all; each rings `bell` when it has something to say.
            pub fn start(bell: &Bell) -> Self {
                Self { $($worker: Worker::start(bell.clone(), $serve),)+ }
            }

            /// Whether one is at work whose reports come one by one.
            pub fn is_busy(&self) -> bool {
                false $(|| $is_shown && self.$worker.is_busy())+
            }

            /// What came of their work since it was asked last: reports, then failures.
            pub fn finished(&self) -> Vec<Message> {
                let mut messages: Vec<Message> = Vec::new();
                $(messages.extend(self.$worker.take().map($arrives));)+
                $(messages.extend(self.$worker.take_failure().map(Message::WorkerFailed));)+
                messages
            }
        }
    };
}

workers! {
    /// Every background worker; each serves its newest request.
    pub struct Workers {
        /// Opens files and collects questions.
        loader: LoadRequest => Loaded {
            serve: dataset::load,
            arrives: |loaded| match loaded {
                Loaded::Goes(id, progress) => Message::Loading(id, progress),
                Loaded::Made(id, made) => Message::Loaded(id, made),
            },
            is_shown: true,
        }
        /// Looks at the first rows of files.
        peeker: LookRequest => Look {
            serve: dataset::look,
            arrives: |look| Message::Arrived(Report::Looked(Box::new(look))),
            is_shown: false,
        }
        /// Simulates cells.
        simulator: StudyRequest => Snapshot {
            serve: dataset::simulate,
            arrives: |snapshot| Message::Arrived(Report::Simulated(Box::new(snapshot))),
            is_shown: true,
        }
        /// Works out where every group is to be expected.
        placer: PlacesRequest => PlacesReport {
            serve: places::serve,
            arrives: |report| Message::Arrived(Report::Placed(Box::new(report))),
            is_shown: true,
        }
        /// Fits models.
        recommender: RecommendRequest => RecommendReport {
            serve: lists::server(),
            arrives: |report| Message::Arrived(Report::Recommended(Box::new(report))),
            is_shown: true,
        }
        /// Looks for the smallest ε.
        adviser: AdviceRequest => AdviceReport {
            serve: advice::serve,
            arrives: |report| Message::Arrived(Report::Advised(Box::new(report))),
            is_shown: true,
        }
        /// Works out rates.
        rater: RatesRequest => RatesReport {
            serve: rates::serve,
            arrives: |report| Message::Arrived(Report::Rated(Box::new(report))),
            is_shown: true,
        }
        /// Looks at people.
        onlooker: AnonymityRequest => AnonymityReport {
            serve: anonymity::serve::server(),
            arrives: |report| Message::Arrived(Report::Anonymity(Box::new(report))),
            is_shown: true,
        }
        /// Adds up what was asked.
        accountant: AccountRequest => AccountReport {
            serve: budget_plan::serve,
            arrives: |report| Message::Arrived(Report::Accounted(Box::new(report))),
            is_shown: false,
        }
        /// Works releases out, and makes them.
        releaser: PublishTask => PublishOutcome {
            serve: publishing::serve,
            arrives: |outcome| Message::Release(Box::new(outcome)),
            is_shown: false,
        }
        /// Looks into folders.
        looker: PathQuestion => PathAnswer {
            serve: folders::serve,
            arrives: Message::Path,
            is_shown: false,
        }
        /// Remembers what was opened.
        rememberer: Vec<PathBuf> => Vec<PathBuf> {
            serve: recent::serve,
            arrives: Message::Recent,
            is_shown: false,
        }
    }
}
