//! Users, organisations and teams.

use serde_json::{Value, json};

use super::node_id;
use crate::state::{Account, AccountKind, Level, Team, World};

impl World {
    /// A login as the "simple user" that nearly every object embeds. Unknown logins look like GitHub's ghost account.
    pub fn user_json(&self, login: &str) -> Value {
        match self.account(login) {
            Ok(account) => self.account_json(account),
            Err(_) => self.account_json(&Account::new(10_137, "ghost", AccountKind::User)),
        }
    }

    /// An account as "simple user".
    pub fn account_json(&self, account: &Account) -> Value {
        let api = self.api(&format!("/users/{}", account.login));
        let page = match account.kind {
            AccountKind::Bot => self.api(&format!("/apps/{}", account.login.trim_end_matches("[bot]"))),
            _ => self.api(&format!("/{}", account.login)),
        };
        let kind = match account.kind {
            AccountKind::User => "U",
            AccountKind::Organization => "O",
            AccountKind::Bot => "BOT",
        };
        json!({
            "login": account.login, "id": account.id, "node_id": node_id(kind, account.id),
            "avatar_url": self.api(&format!("/avatars/{}", account.id)), "gravatar_id": "",
            "url": api, "html_url": page,
            "followers_url": format!("{api}/followers"), "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"), "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"), "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"), "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"),
            "type": account.kind.word(), "site_admin": false,
        })
    }

    /// The short form of an organisation that webhooks carry.
    pub fn organization_json(&self, account: &Account) -> Value {
        let api = self.api(&format!("/orgs/{}", account.login));
        json!({
            "login": account.login, "id": account.id, "node_id": node_id("O", account.id), "url": api,
            "repos_url": format!("{api}/repos"), "events_url": format!("{api}/events"), "hooks_url": format!("{api}/hooks"),
            "issues_url": format!("{api}/issues"), "members_url": format!("{api}/members{{/member}}"),
            "public_members_url": format!("{api}/public_members{{/member}}"),
            "avatar_url": self.api(&format!("/avatars/{}", account.id)), "description": "",
        })
    }

    /// A team; `permission` is the team's own, on a repository when one is asked about.
    pub fn team_json(&self, organization: &str, team: &Team, level: Level) -> Value {
        let api = self.api(&format!("/organizations/{organization}/team/{}", team.id));
        json!({
            "id": team.id, "node_id": node_id("T", team.id), "name": team.name, "slug": team.slug, "description": "",
            "privacy": if team.visible { "closed" } else { "secret" }, "notification_setting": "notifications_enabled",
            "permission": level.team_word(), "url": api, "type": "organization", "organization_id": self.account(organization).map_or(0, |account| account.id),
            "html_url": self.api(&format!("/orgs/{organization}/teams/{}", team.slug)),
            "members_url": format!("{api}/members{{/member}}"), "repositories_url": format!("{api}/repos"), "parent": null,
        })
    }
}
